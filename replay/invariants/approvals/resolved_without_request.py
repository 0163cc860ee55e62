from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import ApprovalPhase, Machine
from turnfold.events import ApprovalDropped, ApprovalRequested, ApprovalResolved
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import OrderRule


class ResolvedWithoutRequest(
    OrderRule, code="TF602", since="0.1.0", needs=(ApprovalRequested, ApprovalResolved)
):
    """An answer comes to a question that nobody asked.

    ## What it checks
    Each answer, and each drop, names a question that was asked before.

    ## Why it matters
    A decision without a question has nothing that it allows; if it is taken for the answer to another question, the
    wrong call runs.

    ## Example
    ```jsonl
    {"method":"thread/started","params":{"thread":{"id":"T"}}}
    {"id":7,"result":{"decision":"accept"}}
    ```

    ## What can excuse it
    A capture that began after the question: one that does not show the thread's own beginning is judged with a
    suspicion only.
    """

    rests_on_absence = True
    claim = "question {approval_id} was answered, but nobody asked it"
    because = "no question with this id comes before line {at}"
    however = "a log whose beginning is missing may have lost the question"

    refused = (
        (Machine.APPROVAL, ApprovalPhase.NONE, ApprovalResolved),
        (Machine.APPROVAL, ApprovalPhase.NONE, ApprovalDropped),
    )

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        severity = Severity.SUSPICION if self.session.identity is None else None
        self.found(at, (at, "the answer"), subject=key, severity=severity, approval_id=key, at=at)
