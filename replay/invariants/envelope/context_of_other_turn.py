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
    implied_by=("TF301", "TF302", "TF303"),
):
    """The settings of a turn are recorded while that turn does not run.

    ## What it checks
    The `turn_id` of a `turn_context` (written from 0.104 on) is the id of the open turn.

    ## Why it matters
    A session runs one turn at a time, and its turn writes the settings. With another id in them, either two
    processes write to the file or the settings are given to the wrong turn.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"a"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"turn_context","payload":{"turn_id":"b","cwd":"/","model":"gpt-5"}}
    ```

    ## What can excuse it
    In review mode the turns belong to another session: there nothing is said. While no turn is open it is a
    suspicion only: the start of the turn may have been lost. If its end comes, this finding follows from that one.
    """

    rests_on_absence = True
    claim = "the settings of turn {turn_id} are recorded while {running}"
    because = "{reason}"
    however = "the start of turn {turn_id}, and the end of the one before, may have been lost"

    @on(TurnContextRecorded)
    def context(self, event: Any, at: int) -> None:
        session, turn_id = self.session, event.turn_id
        if not isinstance(turn_id, str) or session.in_review or not session.turns_are_visible:
            return
        turn = session.turn
        if turn is None:
            self.found(
                at,
                (at, "the settings"),
                subject=turn_id,
                severity=Severity.SUSPICION,
                turn_id=turn_id,
                running="no turn is open",
                reason="a turn writes its settings after its start and before its end",
            )
        elif turn.turn_id not in ("", turn_id):
            self.found(
                at,
                (turn.at, "the open turn starts"),
                (at, "the settings of another"),
                subject=turn_id,
                turn_id=turn_id,
                running=f"turn {turn.turn_id} runs",
                reason=f"turn {turn.turn_id} was started on line {turn.at} and has not ended",
            )
