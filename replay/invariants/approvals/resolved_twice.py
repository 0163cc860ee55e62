from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import ApprovalPhase, Machine
from turnfold.events import ApprovalDropped, ApprovalRequested, ApprovalResolved
from turnfold.replay.invariants.registry import OrderRule


class ResolvedTwice(
    OrderRule,
    code="TF603",
    since="0.1.0",
    needs=(ApprovalRequested, ApprovalResolved),
    implied_by=("TF604", "TF613"),
):
    """A question comes to its end twice.

    ## What it checks
    After a question was answered or dropped its id is not answered or dropped again, unless it was asked again.

    ## Why it matters
    Only the first answer can count. A second one may say the opposite, and a client that shows the last shows what
    did not happen.

    ## Example
    ```jsonl
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    {"id":0,"result":{"decision":"accept"}}
    {"id":0,"result":{"decision":"decline"}}
    ```

    ## What can excuse it
    In a capture the client's answer may cross the server's notice that the question is gone; every request wants an
    answer, so this order is legal and not named. The notice after an answer is part of it. Nothing excuses two answers
    of one client.
    """

    rests_on_absence = True
    claim = "question {approval_id} came to its end twice"
    because = "it was over on line {first}, and nobody asked it again before line {second}"
    however = "the server takes the first answer and ignores the other"

    refused = (
        (Machine.APPROVAL, ApprovalPhase.RESOLVED, ApprovalResolved),
        (Machine.APPROVAL, ApprovalPhase.RESOLVED, ApprovalDropped),
        (Machine.APPROVAL, ApprovalPhase.DROPPED, ApprovalDropped),
    )

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        facts: dict[str, Any] = {"approval_id": key, "first": since, "second": at}
        self.found(at, (since, "first end"), (at, "second end"), subject=key, **facts)
