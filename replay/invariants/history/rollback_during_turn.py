from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import Machine, SessionPhase
from turnfold.events import HistoryRolledBack, TurnAborted, TurnCompleted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import OrderRule, on


class RollbackDuringTurn(
    OrderRule,
    code="TF702",
    severity=Severity.VIOLATION,
    since="0.1.0",
    needs=(HistoryRolledBack, TurnStarted, TurnCompleted),
):
    """The history is rolled back while a turn runs.

    ## What it checks
    Between the start of a turn and its end there is no `thread_rolled_back`. It is reported when the end of that
    turn comes, which shows that the turn was alive.

    ## Why it matters
    Codex refuses this ("Cannot rollback while a turn is in progress."). The turn works on with a history that its
    model has seen and the file has taken back, so nobody can tell what the next request holds.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t","cli_version":"0.146.0"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"a"}}
    {"timestamp":"2026-06-01T09:00:02.000Z","type":"event_msg","payload":{"type":"thread_rolled_back","num_turns":1}}
    {"timestamp":"2026-06-01T09:00:03.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"a"}}
    ```

    ## What can excuse it
    The process died in the turn, another one resumed the session, and then the user rolled back: the turn never
    ends, and nothing is said.
    """

    rests_on_absence = True
    claim = "the history is rolled back in the middle of turn {turn_id}"
    because = "the turn was started on line {started_at} and ended on line {ended_at}, after the rollback"
    however = "two processes may have had the session open at once"

    refused = (
        (Machine.SESSION, SessionPhase.IN_TURN, HistoryRolledBack),
        (Machine.SESSION, SessionPhase.CLOSING_IN_TURN, HistoryRolledBack),
    )

    def begin(self) -> None:
        self._turn_id: str | None = None
        self._started_at = self._at = 0

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        turn = self.session.turn
        if turn is not None and turn.turn_id != self._turn_id:
            self._turn_id, self._started_at, self._at = turn.turn_id, turn.at, at

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        turn_id, self._turn_id = self._turn_id, None
        if turn_id is None or self.session.closed is None or self.session.closed.turn_id != turn_id:
            return
        self.found(
            self._at,
            (self._started_at, "the turn starts"),
            (self._at, "the rollback"),
            (at, "the turn ends"),
            subject=turn_id,
            turn_id=turn_id,
            started_at=self._started_at,
            ended_at=at,
        )
