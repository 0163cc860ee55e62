from __future__ import annotations

from typing import Any

from turnfold.events import TurnStarted
from turnfold.replay.copies import is_own
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class CopiedRowsAfterOwnRows(
    Invariant, code="TF714", severity=Severity.SUSPICION, since="0.1.0", needs=(TurnStarted,)
):
    """After turns of its own, a fork holds a turn that is older than itself.

    ## What it checks
    Once a fork has started a turn of its own, no turn starts that by its id or its start time began before the
    fork was made.

    ## Why it matters
    Copied rows are the past of the session and stand before all that it did itself. A copied turn further down
    puts the parent's past after the fork's present, in the model's history as well.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T10:00:00.000Z","type":"session_meta","payload":{"id":"t","timestamp":"2026-06-01T10:00:00.000Z","forked_from_id":"u"}}
    {"timestamp":"2026-06-01T10:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"b","started_at":1780308001}}
    {"timestamp":"2026-06-01T10:00:02.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"a","started_at":1780304400}}
    ```

    ## What can excuse it
    The clock was set back after the fork was made: then its own later turns look older than it.
    """

    claim = "turn {turn_id} is older than the fork, and stands after turns of the fork's own"
    because = "the copied rows ended on line {ended_at}, and the turn began before the fork was made"
    however = "the clock may have been set back"

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        session = self.session
        if session.copy_ended_at and not is_own(session.identity, event):
            self.found(
                at,
                (session.copy_ended_at, "the last copied row"),
                (at, "an older turn starts"),
                subject=event.turn_id,
                turn_id=event.turn_id,
                ended_at=session.copy_ended_at,
            )
