from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import ApprovalPhase, Machine
from turnfold.events import ApprovalRequested, ApprovalResolved
from turnfold.replay.invariants.registry import OrderRule


class ApprovalIdReused(OrderRule, code="TF605", since="0.1.0", needs=(ApprovalRequested, ApprovalResolved)):
    """A question is asked under the id of one that is still open.

    ## What it checks
    While a question is open, no other one of the same turn has its id.

    ## Why it matters
    There is one answer for two questions. Codex replaces the first waiter by the second, so that a "yes" to the one
    may allow the other, and what asked first waits for ever.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c2"}}
    ```

    ## What can excuse it
    A question that an earlier turn left open: a new server process counts its ids from 0 again. Ids may come again
    once their question is over. In older versions the retry of a call is asked about under the call's id, but only
    after the first answer.
    """

    rests_on_absence = True
    claim = "two questions are open under the id {approval_id}"
    because = "the first was asked on line {first} and has no answer before line {second}"
    however = "if its answer was lost, only one of them is open"

    refused = ((Machine.APPROVAL, ApprovalPhase.OPEN, ApprovalRequested),)

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        turn = self.session.turn
        if turn is not None and since > turn.at:
            facts: dict[str, Any] = {"approval_id": key, "first": since, "second": at}
            self.found(at, (since, "first question"), (at, "second question"), subject=key, **facts)
