from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import Machine, SessionPhase
from turnfold.events import TurnCompleted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import OrderRule


class TurnCutOff(
    OrderRule,
    code="TF305",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnStarted, TurnCompleted),
    implied_by=("TF303", "TF310"),
):
    """A turn starts while another one is open.

    ## What it checks
    Between a `task_started` and its terminal there is no `task_started` of another turn.

    ## Why it matters
    The first turn never gets its end: clients that wait for it hang, and its last calls may have run or not.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"B"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"B"}}
    ```

    ## What can excuse it
    A process that was killed or crashed in the middle of a turn, and a later one that resumed the session: that
    is why it is a suspicion. The rows that a fork copies from a parent in mid turn end without a terminal; the
    rule is silent there. If the first turn does show an end later, TF303 has the proof that both were alive.
    """

    claim = "turn {turn_id} never ended: turn {other_id} started while it was open"
    because = "it started on line {started} and no terminal event followed before line {at}"
    however = "a process that was killed leaves its turn like this"

    refused = (
        (Machine.SESSION, SessionPhase.IN_TURN, TurnStarted),
        (Machine.SESSION, SessionPhase.CLOSING_IN_TURN, TurnStarted),
    )

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        turn = self.session.turn
        if turn is not None and not turn.copied:
            self.found(
                at,
                (turn.at, "start of the turn that never ended"),
                (at, "start that cut it off"),
                subject=turn.turn_id,
                turn_id=turn.turn_id,
                other_id=event.turn_id,
                started=turn.at,
                at=at,
            )
