from __future__ import annotations

from typing import Any

from turnfold.events import TurnAborted, TurnCompleted, TurnStarted
from turnfold.replay.invariants.registry import Invariant, on


class OverlappingTurns(Invariant, code="TF303", since="0.1.0", needs=(TurnStarted, TurnCompleted)):
    """Two turns of one session are open at the same time.

    ## What it checks
    A turn that a later `task_started` cut off shows no terminal event afterwards. If it does, it was alive while
    the later turn was: both were open at once.

    ## Why it matters
    A session has one slot for a turn. Two at once means two writers on one file, or an abort that told its end
    after the next turn's start; either way the records between the two starts and ends mix two turns.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"B"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    ```

    ## What can excuse it
    Nothing that a single writer does. A start while a turn is open is no overlap by itself: a process that was
    killed leaves its turn without an end (TF305 names that).
    """

    claim = "turns {turn_id} and {other_id} were open at the same time"
    because = "{turn_id} ended here (line {at}), after {other_id} had started on line {cut_at}"
    however = "two programs may have written to this file"

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        turn = self.session.closed
        if turn is not None and turn.cut_at and turn.ended_at == at:
            self.found(
                at,
                (turn.at, "start of the first"),
                (turn.cut_at, "start of the second"),
                (at, "end of the first"),
                subject=turn.turn_id,
                turn_id=turn.turn_id,
                other_id=self._started_at(turn.cut_at),
                cut_at=turn.cut_at,
                at=at,
            )

    def _started_at(self, line: int) -> str:
        """The turn that started on *line*."""
        return next((turn_id for turn_id, at in self.session.started.items() if at == line), "another turn")
