from __future__ import annotations

from typing import Any

from turnfold.events import TurnContextRecorded, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ContextOfOtherTurn(
    Invariant,
    code="TF113",
    severity=Severity.VIOLATION,
    since="0.1.0",
    needs=(TurnContextRecorded, TurnStarted),
    implied_by=("TF303",),
):
    """The settings of one turn are recorded while another one runs.

    ## What it checks
    The `turn_id` of a `turn_context` (written from 0.104 on) is the id of the open turn, if one is open.

    ## Why it matters
    A session runs one turn at a time, and its turn writes the settings. With another id in them, either two
    processes write to the file or the settings are given to the wrong turn.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"a"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"turn_context","payload":{"turn_id":"b","cwd":"/","model":"gpt-5"}}
    ```

    ## What can excuse it
    In review mode the turns belong to another session: there nothing is said. If the start of the other turn was
    lost to damage, the reader has named the line.
    """

    claim = "the settings of turn {turn_id} are recorded while turn {open_id} runs"
    because = "turn {open_id} was started on line {open_at} and has not ended"
    however = "the start of turn {turn_id}, and the end of the one before, may have been lost"

    @on(TurnContextRecorded)
    def context(self, event: Any, at: int) -> None:
        turn, turn_id = self.session.turn, event.turn_id
        if (
            turn is None
            or not turn_id
            or turn_id == turn.turn_id
            or not turn.turn_id
            or self.session.in_review
        ):
            return
        self.found(
            at,
            (turn.at, "the open turn starts"),
            (at, "the settings of another"),
            subject=str(turn_id),
            turn_id=turn_id,
            open_id=turn.turn_id,
            open_at=turn.at,
        )
