from __future__ import annotations

from typing import Any

from turnfold.events import (
    ApprovalRequested,
    HookClosed,
    HookCompleted,
    HookStarted,
    TurnAborted,
    TurnCompleted,
)
from turnfold.replay.invariants.hooks.run_ids import DECIDING, suffix
from turnfold.replay.invariants.registry import Invariant, on


class ApprovalAskedBeforeHooksEnded(
    Invariant, code="TF509", since="0.1.0", needs=(HookStarted, HookCompleted, ApprovalRequested)
):
    """The user is asked about a call while hooks that may decide about it still run.

    ## What it checks
    When a question about a call is asked, every `permissionRequest` and `preToolUse` run about that call has ended.

    ## Why it matters
    Hooks come first so that the user is asked only what they leave open. Asked too early, the user may allow what a
    hook is about to deny, and then two answers stand against each other.

    ## Example
    ```jsonl
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"permission-request:0:/h:c1","eventName":"permissionRequest","displayOrder":0,"sourcePath":"/h","status":"running"}}}
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    ```

    ## What can excuse it
    Nothing: no question is put before all runs of the event are over. Runs about other calls, about intercepted
    commands of the same call and about network hosts carry other ids and are not confused with these.
    """

    rests_on_absence = True
    claim = "the user was asked about call {call_id} before its hook {run_id} had ended"
    because = "the run started on line {started} and is open here"
    however = "the end of the run may have been told too late"

    def begin(self) -> None:
        self.open: dict[str, tuple[str, int]] = {}

    @on(HookStarted)
    def started(self, event: Any, at: int) -> None:
        if event.event_name in DECIDING:
            self.open[event.run_id] = suffix(event), at

    @on(HookCompleted, HookClosed)
    def over(self, event: Any, at: int) -> None:
        self.open.pop(event.run_id, None)

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        self.open.clear()

    @on(ApprovalRequested)
    def asked(self, event: Any, at: int) -> None:
        about = {event.call_id, event.inner_id}
        for run_id, (target, started) in self.open.items():
            if target in about:
                witnesses = (started, "start of the run"), (at, "the question")
                facts: dict[str, Any] = {"call_id": event.call_id, "run_id": run_id, "started": started}
                self.found(at, *witnesses, subject=run_id, **facts)
