from __future__ import annotations

from typing import Any, Final

from turnfold.events import (
    INTERRUPTED,
    InputQueued,
    MailReceived,
    SessionResumed,
    TurnAborted,
    TurnRequested,
    TurnReserved,
)
from turnfold.replay.invariants.registry import Invariant, on

BY_ITSELF: Final = frozenset({"queued", "mail"})
"""What can start a turn that nobody asks for."""


class StartedAfterReplacement(Invariant, code="TF422", since="0.1.0", needs=(TurnReserved, TurnAborted)):
    """Waiting work starts a turn right after one that ended for another reason than an interrupt.

    ## What it checks
    After a `turn_aborted` with a reason other than `interrupted`, mail and queued input start no turn by themselves:
    first something new comes in, or somebody asks for a turn.

    ## Why it matters
    A turn that is replaced makes room for the one that replaces it. If waiting work takes the slot, the turn that the
    user asked for has to replace that one too, and the work is cut off in its first moment.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"event_msg","payload":{"type":"turn_aborted","turn_id":"A","reason":"replaced"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"turn_reserved","version":1,"body":{"turn_id":"B","trigger":"mail"}}}
    ```

    ## What can excuse it
    Nothing: only an interrupt sets waiting work free. Only our own log says why a turn begins.
    """

    rests_on_absence = True
    claim = "turn {turn_id} was started by waiting work after turn {aborted_id} had ended as `{reason}`"
    because = "that turn was aborted on line {aborted}, and nothing new had come in since"
    however = "the record of what came in may have been lost"

    def begin(self) -> None:
        self.aborted: tuple[str | None, str, int] | None = None

    @on(TurnAborted)
    def turn_aborted(self, event: Any, at: int) -> None:
        is_interrupted = event.reason == INTERRUPTED
        self.aborted = None if is_interrupted else (event.turn_id, event.reason, at)

    @on(MailReceived, InputQueued, TurnRequested, SessionResumed)
    def came_in(self, event: Any, at: int) -> None:
        self.aborted = None

    @on(TurnReserved)
    def reserved(self, event: Any, at: int) -> None:
        if self.aborted is not None and event.trigger in BY_ITSELF:
            turn_id, reason, aborted = self.aborted
            witnesses = (aborted, "end of the turn before"), (at, "the turn that begins")
            facts: dict[str, Any] = {"aborted_id": turn_id, "reason": reason, "aborted": aborted}
            self.found(at, *witnesses, subject=event.turn_id, turn_id=event.turn_id, **facts)
        self.aborted = None
