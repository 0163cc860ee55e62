from __future__ import annotations

from typing import Any

from turnfold.events import ErrorRaised, ItemCompleted, ItemStarted, TurnAborted, TurnCompleted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on

OUTLIVING = frozenset({"commandExecution", "collabAgentToolCall", "subAgentActivity"})
"""Types of items that go on when their turn has ended."""


class ItemNeverCompleted(
    Invariant,
    code="TF210",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(ItemStarted, ItemCompleted, TurnCompleted),
):
    """A turn completes while one of its items is still open.

    ## What it checks
    When a turn completes, every item that started in it has completed.

    ## Why it matters
    A client shows such an item as running for ever, next to a turn that is done.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"method":"item/started","params":{"threadId":"T","turnId":"A","item":{"type":"fileChange","id":"i1","changes":[],"status":"inProgress"}}}
    {"method":"turn/completed","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"completed"}}}
    ```

    ## What can excuse it
    An interrupted or failed turn leaves its items open. So does an error after which the model is asked again: the
    item of the first answer is never finished. Commands in the background and other agents outlive their turn.
    """

    claim = "item {item_id}, a {item_type}, never completed, and its turn {turn_id} did"
    because = "it started on line {started} and was open when the turn ended on line {at}"
    however = "clients that end a turn's items with the turn show nothing wrong"

    def begin(self) -> None:
        self.open: dict[str, tuple[str | None, str, int]] = {}

    @on(ItemStarted)
    def started(self, event: Any, at: int) -> None:
        if event.item_type not in OUTLIVING:
            self.open[event.item_id] = (event.turn_id, event.item_type, at)

    @on(ItemCompleted)
    def completed(self, event: Any, at: int) -> None:
        self.open.pop(event.item_id, None)

    @on(TurnAborted, ErrorRaised)
    def excused(self, event: Any, at: int) -> None:
        self.open.clear()

    @on(TurnCompleted)
    def ended(self, event: Any, at: int) -> None:
        for item_id, (turn_id, item_type, since) in self.open.items():
            if turn_id == event.turn_id and event.error is None:
                facts: dict[str, Any] = {
                    "item_id": item_id,
                    "item_type": item_type,
                    "turn_id": turn_id,
                    "started": since,
                    "at": at,
                }
                self.found(
                    at, (since, "start of the item"), (at, "end of the turn"), subject=item_id, **facts
                )
        self.open.clear()
