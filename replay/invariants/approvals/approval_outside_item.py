from __future__ import annotations

from typing import Any

from turnfold.events import ApprovalRequested, ItemCompleted, ItemStarted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.approvals.questions import TO_ACT
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.rollouts import Dialect


class ApprovalOutsideItem(
    Invariant, code="TF606", since="0.1.0", needs=(ApprovalRequested, ItemStarted, ItemCompleted)
):
    """A question is asked about an item that is not open.

    ## What it checks
    A question about a command or a change of files comes after `item/started` of its item and before
    `item/completed`.

    ## Why it matters
    Clients show a question at the item that it is about. Before the item there is nothing to show it at; after its
    end the user is asked for leave to do what is already done.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"method":"item/started","params":{"threadId":"T","turnId":"A","item":{"type":"commandExecution","id":"c1"}}}
    {"method":"item/completed","params":{"threadId":"T","turnId":"A","item":{"type":"commandExecution","id":"c1","status":"completed"}}}
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    ```

    ## What can excuse it
    A capture that began after the item did, and the first version of the protocol, which has no items: a question
    whose item was never seen is a suspicion. For one whose item is over there is no excuse. Only captures are judged.
    """

    rests_on_absence = True
    claim = "question {approval_id} is about item {item_id}, which {state}"
    because = "a question belongs between the start and the end of its item"
    however = "a capture that began late does not show where the item started"

    def begin(self) -> None:
        self.ended: dict[str | None, int] = {}
        self.started: set[str | None] = set()

    @on(TurnStarted)
    def turn(self, event: Any, at: int) -> None:
        self.begin()

    @on(ItemStarted)
    def item_started(self, event: Any, at: int) -> None:
        self.started.add(event.item_id)
        self.ended.pop(event.item_id, None)

    @on(ItemCompleted)
    def item_completed(self, event: Any, at: int) -> None:
        self.ended[event.item_id] = at

    @on(ApprovalRequested)
    def asked(self, event: Any, at: int) -> None:
        item_id = event.call_id
        if event.approval_kind not in TO_ACT or self.session.profile.dialect is not Dialect.APP_SERVER:
            return
        facts: dict[str, Any] = {"approval_id": event.approval_id, "item_id": item_id}
        if item_id in self.ended:
            ended = self.ended[item_id]
            witnesses = (ended, "end of the item"), (at, "the question")
            state = f"had ended on line {ended}"
            self.found(at, *witnesses, subject=event.approval_id, state=state, **facts)
        elif item_id not in self.started:
            self.found(
                at,
                (at, "the question"),
                subject=event.approval_id,
                severity=Severity.SUSPICION,
                state="had not started in this turn",
                **facts,
            )
