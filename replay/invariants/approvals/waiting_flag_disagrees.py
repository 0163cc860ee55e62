from __future__ import annotations

from typing import Any

from turnfold.events import (
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    StatusChanged,
    TurnAborted,
    TurnCompleted,
)
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.approvals.questions import TO_ACT
from turnfold.replay.invariants.registry import Invariant, on

WAITING = "waitingOnApproval"
FLAGGED = (*TO_ACT, "network", "permissions")
"""Kinds of questions for which the flag is raised."""


class WaitingFlagDisagrees(
    Invariant,
    code="TF608",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(StatusChanged, ApprovalRequested, ApprovalResolved),
):
    """The status says something else than the questions about who waits for an approval.

    ## What it checks
    While a question for leave is open, an active status has the flag `waitingOnApproval`; and the flag is followed by
    a question before the turn completes.

    ## Why it matters
    Clients that show many sessions read the flag alone. Without it the user never looks at the session that waits;
    raised for nothing it calls the user to a session that has no question.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    {"method":"thread/status/changed","params":{"threadId":"T","status":{"type":"active","activeFlags":[]}}}
    ```

    ## What can excuse it
    The flag is raised just before the question and lowered just after the answer; that is legal. Another client may
    have been asked or have answered, and status and questions are told by different tasks: hence a suspicion.
    """

    claim = "the status {says} `waitingOnApproval`, and {but}"
    because = "the status is on line {status}"
    however = "another client of this thread may have been asked, or have answered"

    def begin(self) -> None:
        self.open: dict[str, int] = {}
        self.flagged_at = 0
        """Line of a flag that no question has followed yet."""

    @on(ApprovalRequested)
    def asked(self, event: Any, at: int) -> None:
        self.flagged_at = 0
        if event.approval_kind in FLAGGED:
            self.open[event.approval_id] = at

    @on(ApprovalResolved, ApprovalDropped)
    def over(self, event: Any, at: int) -> None:
        self.open.pop(event.approval_id, None)

    @on(StatusChanged)
    def status(self, event: Any, at: int) -> None:
        is_flagged = WAITING in event.flags
        if is_flagged and not self.open:
            self.flagged_at = self.flagged_at or at
        if event.status == "active" and not is_flagged and self.open:
            approval_id, asked = next(iter(self.open.items()))
            but = f"question {approval_id} is open since line {asked}"
            witnesses = (asked, "the open question"), (at, "the status")
            self.found(at, *witnesses, subject=approval_id, says="lacks", but=but, status=at)

    @on(TurnCompleted)
    def completed(self, event: Any, at: int) -> None:
        if self.flagged_at and event.error is None:
            but = f"no question came before the turn completed on line {at}"
            witnesses = (self.flagged_at, "the status"), (at, "end of the turn")
            self.found(at, *witnesses, subject=event.turn_id, says="has", but=but, status=self.flagged_at)
        self.begin()

    @on(TurnAborted)
    def aborted(self, event: Any, at: int) -> None:
        self.begin()
