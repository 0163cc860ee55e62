from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import HookRunPhase, Machine
from turnfold.events import HookClosed, HookCompleted, HookStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import OrderRule
from turnfold.rollouts import Dialect


class HookCompletedWithoutStart(OrderRule, code="TF502", since="0.1.0", needs=(HookStarted, HookCompleted)):
    """A hook run ends that never started.

    ## What it checks
    Each `hook/completed` names a run whose `hook/started` came before.

    ## Why it matters
    The start is what tells a client that something of the user's own runs and may decide. A run without one decided
    unseen.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"method":"hook/completed","params":{"threadId":"T","turnId":"A","run":{"id":"stop:0:/h","eventName":"stop","displayOrder":0,"sourcePath":"/h","status":"completed"}}}
    ```

    ## What can excuse it
    A capture that began while the run was on, or a client that joined a running session: unless the start of the
    run's turn was seen, it is a suspicion only. Handlers that run asynchronously tell neither start nor end.
    """

    rests_on_absence = True
    claim = "hook run {run_id} ended, but nothing started it"
    because = "no start of a run with this id comes before line {at}"
    however = "a log whose beginning is missing may have lost the start"

    refused = (
        (Machine.HOOK_RUN, HookRunPhase.NONE, HookCompleted),
        (Machine.HOOK_RUN, HookRunPhase.NONE, HookClosed),
    )

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        session = self.session
        is_whole = session.profile.dialect is Dialect.OWN or event.turn_id in session.started
        severity = None if is_whole else Severity.SUSPICION
        self.found(at, (at, "end of the run"), subject=key, severity=severity, run_id=key, at=at)
