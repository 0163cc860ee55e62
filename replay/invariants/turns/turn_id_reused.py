from __future__ import annotations

from typing import Any

from turnfold.events import TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on

UUID_LENGTH = 36


class TurnIdReused(Invariant, code="TF310", since="0.1.0", needs=(TurnStarted,)):
    """A turn starts twice.

    ## What it checks
    No two `task_started` of a session have the same turn id.

    ## Why it matters
    Every record of a turn is filed under its id. With two starts the records of two turns are one pile, and the
    end of the one is the end of the other.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    ```

    ## What can excuse it
    Input that is left over when the model is done makes the turn go on without a second start. Ids are UUIDs; one
    that is not (`auto-compact-0`, a number) may be counted anew by each process, and is a suspicion only. Starts
    without an id are TF320's.
    """

    claim = "turn {turn_id} started twice"
    because = "it had started on line {first} already"
    however = "a process that counts its turns begins anew after a resume"

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        turn_id = event.turn_id
        first = self.session.started.get(turn_id, at)
        if first != at and turn_id:
            severity = Severity.VIOLATION if len(turn_id) == UUID_LENGTH else Severity.SUSPICION
            witnesses = ((first, "first start"), (at, "second start"))
            self.found(at, *witnesses, subject=turn_id, severity=severity, turn_id=turn_id, first=first)
