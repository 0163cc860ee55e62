from __future__ import annotations

from turnfold.events import TurnCompleted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant


class TurnLeftOpen(
    Invariant, code="TF306", severity=Severity.SUSPICION, since="0.1.0", needs=(TurnStarted, TurnCompleted)
):
    """The log ends while a turn is open.

    ## What it checks
    The last `task_started` of the file is followed by a terminal event of that turn.

    ## Why it matters
    How the turn ended is not recorded. A resume shows it as interrupted or, in some versions, as running forever.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    ```

    ## What can excuse it
    The session is still running, the process was killed, or the file was copied while it grew. Whether the order
    was legal is therefore unknown, and so is the verdict.
    """

    claim = "turn {turn_id} has no end: the log stops while it is open"
    because = "it started on line {started}, and the last line is {at}"
    however = "a session that still runs, or was killed, looks like this"

    def finish(self, at: int) -> None:
        turn = self.session.turn
        if turn is not None:
            self.found(
                at,
                (turn.at, "start of the turn"),
                (at, "last record"),
                subject=turn.turn_id,
                turn_id=turn.turn_id,
                started=turn.at,
                at=at,
            )
