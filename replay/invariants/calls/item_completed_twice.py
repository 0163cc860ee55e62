from __future__ import annotations

from typing import Any

from turnfold.events import ItemCompleted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ItemCompletedTwice(
    Invariant, code="TF209", severity=Severity.SUSPICION, since="0.1.0", needs=(ItemCompleted,)
):
    """An item completes twice.

    ## What it checks
    Each item id has at most one completion.

    ## Why it matters
    Clients that draw a line or count a cost per completed item do it twice; the contents may differ as well.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"item_completed","turn_id":"A","item":{"type":"Plan","id":"p1","text":"first"}}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"item_completed","turn_id":"A","item":{"type":"Plan","id":"p1","text":"second"}}}
    ```

    ## What can excuse it
    Reasoning that grows: where old files were rewritten to the paginated form, each addition is a completion of the
    same `Reasoning` item (107 times in 16 real files), so these are not counted. The vendor's readers take a later
    completion for an update, and work of sub-agents may be updated after its turn: this is why it is a suspicion.
    """

    claim = "item {item_id}, a {item_type}, completed twice"
    because = "it had completed on line {first} already"
    however = "readers may take the second one for an update"

    def begin(self) -> None:
        self.completed: dict[str, int] = {}

    @on(ItemCompleted)
    def ended(self, event: Any, at: int) -> None:
        item_id, item_type = event.item_id, event.item_type
        if item_id is None or item_type == "Reasoning":
            return
        first = self.completed.setdefault(item_id, at)
        if first != at:
            facts: dict[str, Any] = {"item_id": item_id, "item_type": item_type, "first": first}
            self.found(at, (first, "first completion"), (at, "second completion"), subject=item_id, **facts)
