from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import Machine, TurnPhase
from turnfold.events import HistoryCompacted, TurnCompleted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import OrderRule


class CompactionOutsideTurn(
    OrderRule,
    code="TF704",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(HistoryCompacted, TurnStarted, TurnCompleted),
):
    """The history is compacted while no turn is open.

    ## What it checks
    A `compacted` record stands between the start and the end of a turn, in files that record turns (0.104 on). A
    compaction that the user asks for is a turn of its own.

    ## Why it matters
    A compaction asks the model, and only a turn does that. Outside one it cannot be interrupted, and a rollback
    cannot tell which turn it belongs to.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t","cli_version":"0.146.0"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"compacted","payload":{"message":"","replacement_history":[]}}
    ```

    ## What can excuse it
    A part of the file that was written before 0.104 has no turns; readers know this form and make a place of its
    own for it. A turn whose start was lost.
    """

    claim = "the history is compacted outside of any turn"
    because = "no turn is open on line {at}; {last}"
    however = "an older version may have written this part of the file"

    refused = (
        (Machine.TURN, TurnPhase.NONE, HistoryCompacted),
        (Machine.TURN, TurnPhase.ENDED, HistoryCompacted),
    )

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        turn = self.session.last
        if turn is None:
            self.found(at, (at, "the compaction"), at=at, last="none was started before")
            return
        ended_at = turn.ended_at or turn.cut_at
        self.found(
            at,
            (ended_at, "end of the last turn"),
            (at, "the compaction"),
            subject=turn.turn_id,
            at=at,
            last=f"the last one, {turn.turn_id}, ended on line {ended_at}",
        )
