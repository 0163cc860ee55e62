from __future__ import annotations

from typing import Any, Final

from turnfold.core.lifecycle import Machine, alphabet
from turnfold.events import SessionMetaRecorded, SessionResumed, ShutdownBegan, ShutdownCompleted
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.rollouts.record import kind_of

REOPENING: Final = frozenset({SessionMetaRecorded, SessionResumed})
"""What may stand after the end: a later process, or a rewrite of the identity."""


class RecordAfterShutdown(
    Invariant, code="TF323", since="0.1.0", needs=(ShutdownBegan, ShutdownCompleted), implied_by=("TF322",)
):
    """The session is told to be over, and then something happens in it.

    ## What it checks
    After `shutdown_completed` nothing is recorded until a `session_resumed`. Of several records the first is named.

    ## Why it matters
    The end of a shutdown says that the log is whole and that no task is left. Whoever copies or locks the file then
    loses what comes after, and whatever wrote it still holds files and processes.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"turnfold","payload":{"kind":"shutdown_began","version":1,"body":{}}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"turnfold","payload":{"kind":"shutdown_completed","version":1,"body":{}}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"mail_received","version":1,"body":{"mail_id":"m1","trigger_turn":false}}}
    ```

    ## What can excuse it
    Codex may go on with our log: its lines have no `seq`, and are not judged by this rule.
    """

    rests_on_absence = True
    claim = "a {kind} came after the session had been shut down"
    because = "the shutdown was completed on line {closed}"
    however = "the record of a resume may have been lost"

    def begin(self) -> None:
        self.closed_at = 0

    @on(SessionResumed)
    def resumed(self, event: Any, at: int) -> None:
        self.closed_at = 0

    @on(*sorted(alphabet(Machine.SESSION) - REOPENING - {ShutdownCompleted}, key=lambda kind: kind.__name__))
    def happened(self, event: Any, at: int) -> None:
        if self.closed_at:
            kind = kind_of(event).kind
            witnesses = (self.closed_at, "end of the session"), (at, "record after it")
            self.found(
                at, *witnesses, subject=getattr(event, "turn_id", None), kind=kind, closed=self.closed_at
            )
            self.closed_at = 0

    @on(ShutdownCompleted)
    def completed(self, event: Any, at: int) -> None:
        self.closed_at = at
