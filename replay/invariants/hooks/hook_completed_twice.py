from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import HookRunPhase, Machine
from turnfold.events import HookClosed, HookCompleted, HookStarted
from turnfold.replay.invariants.registry import OrderRule

ENDED = (HookRunPhase.COMPLETED, HookRunPhase.CLOSED)


class HookCompletedTwice(OrderRule, code="TF503", since="0.1.0", needs=(HookStarted, HookCompleted)):
    """A hook run ends twice.

    ## What it checks
    After the end of a hook run its id does not end again, unless it was started again.

    ## Why it matters
    Two ends may say two things: blocked and completed, a denial and none. Which one was folded into the decision
    cannot be told.

    ## Example
    ```jsonl
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"running"}}}
    {"method":"hook/completed","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"completed"}}}
    {"method":"hook/completed","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"blocked"}}}
    ```

    ## What can excuse it
    Nothing. Ids of runs about a whole turn or session come again, each time with a start of their own.
    """

    rests_on_absence = True
    claim = "hook run {run_id} ended twice"
    because = "it had ended on line {first}, and nothing started it again"
    however = "if a second start was lost, these are two runs of one handler"

    refused = tuple(
        (Machine.HOOK_RUN, phase, kind) for phase in ENDED for kind in (HookCompleted, HookClosed)
    )

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        self.found(at, (since, "first end"), (at, "second end"), subject=key, run_id=key, first=since)
