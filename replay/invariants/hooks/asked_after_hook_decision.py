from __future__ import annotations

from typing import Any

from turnfold.events import ApprovalRequested, HookCompleted, HookDecided, TurnAborted, TurnCompleted
from turnfold.replay.invariants.hooks.run_ids import suffix
from turnfold.replay.invariants.registry import Invariant, on


class AskedAfterHookDecision(
    Invariant, code="TF510", since="0.1.0", needs=(HookCompleted, ApprovalRequested), implied_by=("TF509",)
):
    """The user is asked about a call that a hook has decided.

    ## What it checks
    After a `permissionRequest` hook denied a call (its run is `blocked`), nobody is asked about that call. In our own
    log, where the allowing is visible too, nobody is asked about the attempt that was allowed.

    ## Why it matters
    Hooks are how a team enforces its rules without a person. If the person is asked all the same, the rule is no rule,
    and a tired click undoes it.

    ## Example
    ```jsonl
    {"method":"hook/started","params":{"threadId":"T","turnId":"A","run":{"id":"permission-request:0:/h:c1","eventName":"permissionRequest","displayOrder":0,"sourcePath":"/h","status":"running"}}}
    {"method":"hook/completed","params":{"threadId":"T","turnId":"A","run":{"id":"permission-request:0:/h:c1","eventName":"permissionRequest","displayOrder":0,"sourcePath":"/h","status":"blocked"}}}
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    ```

    ## What can excuse it
    A retry without the sandbox is asked about although a hook allowed the first attempt. A run that failed, as one
    does in Codex 0.163 and 0.169 that denies and wants to interrupt, has decided nothing: the user is asked.
    """

    claim = "the user was asked about call {call_id}, which a hook had decided"
    because = "on line {decided} a hook {verdict}"
    however = "the decision may have been meant for another question about the same call"

    def begin(self) -> None:
        self.denied: dict[str, int] = {}
        self.allowed: dict[str | None, int] = {}

    @on(HookCompleted)
    def completed(self, event: Any, at: int) -> None:
        if event.event_name == "permission_request" and event.status == "blocked" and suffix(event):
            self.denied[suffix(event)] = at

    @on(HookDecided)
    def decided(self, event: Any, at: int) -> None:
        if event.event_name == "permission_request" and event.decision == "allow":
            self.allowed[event.approval_id or event.call_id] = at

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        self.denied.clear()
        self.allowed.clear()

    @on(ApprovalRequested)
    def asked(self, event: Any, at: int) -> None:
        about = event.inner_id or event.call_id
        denied, allowed = self.denied.get(about, 0), self.allowed.get(about, 0)
        if denied:
            self.tell(event.call_id, "denied it", denied, at)
        elif allowed and event.attempt in (None, 1):
            self.tell(event.call_id, "allowed it", allowed, at)

    def tell(self, call_id: str | None, verdict: str, decided: int, at: int) -> None:
        witnesses = (decided, f"a hook {verdict}"), (at, "the question")
        self.found(at, *witnesses, subject=call_id, call_id=call_id, verdict=verdict, decided=decided)
