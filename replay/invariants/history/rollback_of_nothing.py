from __future__ import annotations

from typing import Any

from turnfold.events import HistoryRolledBack
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class RollbackOfNothing(
    Invariant, code="TF701", severity=Severity.VIOLATION, since="0.1.0", needs=(HistoryRolledBack,)
):
    """A rollback takes back no turn.

    ## What it checks
    The `num_turns` of each `thread_rolled_back` is 1 or more.

    ## Why it matters
    Codex refuses such a request ("num_turns must be >= 1") before it writes anything. Readers differ in what they
    make of the record: some end the open turn at it, some do nothing.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"thread_rolled_back","num_turns":0}}
    ```

    ## What can excuse it
    Nothing.
    """

    claim = "the rollback takes back {num_turns} turns"
    because = "a request for less than one turn is refused, and nothing is recorded"

    @on(HistoryRolledBack)
    def rolled_back(self, event: Any, at: int) -> None:
        if event.num_turns is None or event.num_turns < 1:
            self.found(at, (at, "the rollback"), num_turns=event.num_turns)
