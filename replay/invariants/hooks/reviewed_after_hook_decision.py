from __future__ import annotations

from typing import Any

from turnfold.events import (
    HookDecided,
    ReviewStarted,
    SandboxDenied,
    ToolDecisionRecorded,
    TurnAborted,
    TurnCompleted,
)
from turnfold.replay.invariants.registry import Invariant, on


class ReviewedAfterHookDecision(Invariant, code="TF516", since="0.1.0", needs=(HookDecided, ReviewStarted)):
    """The automated reviewer is asked about a call that a hook has decided.

    ## What it checks
    After the `permission_request` hooks of a call came to allow or deny, no review of that attempt starts.

    ## Why it matters
    The hook's decision is final. A review after it costs a request to a model at best; at worst its verdict takes the
    place of the rule that the team has set.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"hook_decided","version":1,"body":{"event_name":"permission_request","decision":"allow","turn_id":"A","call_id":"c1"}}}
    {"timestamp":"2026-04-13T09:00:04.000Z","seq":4,"type":"turnfold","payload":{"kind":"review_started","version":1,"body":{"review_id":"v1","call_id":"c1","turn_id":"A"}}}
    ```

    ## What can excuse it
    Nothing: hooks come first, and only where they decide nothing the reviewer is asked, and then the user. A retry
    without the sandbox, and commands and hosts inside of a call that runs, are questions of their own. Only our own
    log shows what the hooks of a call came to; that the user is asked after them is named by another rule (TF510).
    """

    claim = "the reviewer was asked about call {call_id}, which a hook had decided"
    because = "on line {decided} its hooks came to `{decision}`"
    however = "the review may have been meant for another question about the same call"

    def begin(self) -> None:
        self.decided: dict[str | None, tuple[str, int]] = {}

    @on(HookDecided)
    def hooks_decided(self, event: Any, at: int) -> None:
        is_about_the_call = event.event_name == "permission_request" and event.approval_id is None
        if is_about_the_call and event.decision in ("allow", "deny"):
            self.decided[event.call_id] = event.decision, at

    @on(ToolDecisionRecorded, SandboxDenied)
    def attempt(self, event: Any, at: int) -> None:
        """From here on questions about the call are others."""
        self.decided.pop(event.call_id, None)

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        self.decided.clear()

    @on(ReviewStarted)
    def review(self, event: Any, at: int) -> None:
        call_id = event.call_id
        if call_id in self.decided:
            decision, decided = self.decided.pop(call_id)
            witnesses = (decided, "decision of the hooks"), (at, "the review")
            self.found(at, *witnesses, subject=call_id, call_id=call_id, decision=decision, decided=decided)
