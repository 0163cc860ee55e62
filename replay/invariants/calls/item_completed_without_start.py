from __future__ import annotations

from typing import Any

from turnfold.events import ItemCompleted, ItemStarted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ItemCompletedWithoutStart(
    Invariant,
    code="TF211",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnStarted, ItemStarted, ItemCompleted),
):
    """An item completes that never started.

    ## What it checks
    Where starts of items are recorded (captures of the app-server, our own log), every `item/completed` has an
    `item/started` with its id before it.

    ## Why it matters
    Clients make the item at its start. An end without one is dropped by some and crashes others.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"method":"item/completed","params":{"threadId":"T","turnId":"A","item":{"type":"agentMessage","id":"i1","text":"done"}}}
    ```

    ## What can excuse it
    Rollouts of Codex record no starts of items and are not judged. In a capture that begins in mid turn the starts
    came before it: only items of turns that started in the log count.
    """

    claim = "item {item_id}, a {item_type}, completed without having started"
    because = "its turn {turn_id} started on line {turn_started}, and nothing started the item since"
    however = "a client that joined late was not told of the start"

    def begin(self) -> None:
        self.started_items: set[str] = set()

    @on(ItemStarted)
    def started(self, event: Any, at: int) -> None:
        self.started_items.add(event.item_id)

    @on(ItemCompleted)
    def completed(self, event: Any, at: int) -> None:
        session, item_id = self.session, event.item_id
        if item_id in self.started_items or ItemStarted not in session.profile.persisted:
            return
        turn_started = session.started.get(event.turn_id)
        if turn_started:
            facts: dict[str, Any] = {
                "item_id": item_id,
                "item_type": event.item_type,
                "turn_id": event.turn_id,
            }
            witnesses = ((turn_started, "start of its turn"), (at, "end of the item"))
            self.found(at, *witnesses, subject=item_id, turn_started=turn_started, **facts)
