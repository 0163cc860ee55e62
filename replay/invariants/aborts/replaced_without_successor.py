from __future__ import annotations

from typing import Any

from turnfold.events import REPLACED, SessionResumed, ShutdownBegan, TurnAborted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ReplacedWithoutSuccessor(
    Invariant, code="TF409", severity=Severity.SUSPICION, since="0.1.0", needs=(TurnStarted, TurnAborted)
):
    """A turn was replaced, and no turn took its place.

    ## What it checks
    After a `turn_aborted` with reason `replaced` a `task_started` follows.

    ## Why it matters
    The old work was given up for new work that never began. The user sees neither an answer nor an interrupt.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"turn_aborted","turn_id":"A","reason":"replaced"}}
    ```

    ## What can excuse it
    A process that died between the two records, or a file that was copied in that instant. What a fork copied may
    end there too, so nothing is said of copied turns. Our own log shows that a session was shut down or resumed
    before the successor began: nothing is said then either.
    """

    claim = "turn {turn_id} was replaced, but nothing replaced it"
    because = "it was aborted on line {aborted}, and no turn starts between there and the end on line {at}"
    however = "a process that died at that moment leaves this"

    def begin(self) -> None:
        self.aborted_at = 0
        self.turn_id: str | None = None
        self.ending = False

    @on(ShutdownBegan)
    def ends(self, event: Any, at: int) -> None:
        self.aborted_at, self.ending = 0, True

    @on(SessionResumed)
    def resumed(self, event: Any, at: int) -> None:
        self.aborted_at, self.ending = 0, False

    @on(TurnAborted)
    def aborted(self, event: Any, at: int) -> None:
        turn = self.session.closed
        if event.reason == REPLACED and turn is not None and not (turn.copied or self.ending):
            self.aborted_at, self.turn_id = at, turn.turn_id

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        self.aborted_at = 0

    def finish(self, at: int) -> None:
        if self.aborted_at:
            facts: dict[str, Any] = {"turn_id": self.turn_id, "aborted": self.aborted_at, "at": at}
            self.found(self.aborted_at, (self.aborted_at, "the abort"), subject=self.turn_id, **facts)
