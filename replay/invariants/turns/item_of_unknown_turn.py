from __future__ import annotations

from typing import Any

from turnfold.events import ItemCompleted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ItemOfUnknownTurn(
    Invariant,
    code="TF316",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnStarted, ItemCompleted),
    implied_by=("TF301", "TF302"),
):
    """An item belongs to a turn that never started.

    ## What it checks
    Once a session has shown a turn, every completed item names a turn that started before.

    ## Why it matters
    The vendor's reader drops the item with a warning: what it shows is missing from the turn's view.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"item_completed","turn_id":"B","item":{"type":"Plan","id":"p1","text":"first"}}}
    ```

    ## What can excuse it
    Items of a turn that has ended come late when it was interrupted, and are legal. Before the first start nothing
    is judged: a capture may begin in mid turn. A reviewer's items, a fork's copied ones, and those of a file that
    continues another (`history_base`) belong to turns that stand elsewhere.
    """

    claim = "item {item_id} belongs to turn {turn_id}, which no record started"
    because = "no `task_started` before line {at} names that id"
    however = "if the start's line was lost, TF301 or TF302 names its end"

    @on(ItemCompleted)
    def completed(self, event: Any, at: int) -> None:
        session, turn_id = self.session, event.turn_id
        if not turn_id or turn_id in session.started or not session.started:
            return
        continues = session.identity is not None and session.identity.history_base is not None
        if not (session.in_copy or session.in_review or continues):
            facts: dict[str, Any] = {"item_id": event.item_id, "turn_id": turn_id, "at": at}
            self.found(at, (at, "end of the item"), subject=turn_id, **facts)
