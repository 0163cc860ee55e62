from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import Machine, SessionPhase
from turnfold.events import ShutdownBegan, TurnReserved, TurnStarted
from turnfold.replay.invariants.registry import OrderRule


class TurnDuringShutdown(OrderRule, code="TF322", since="0.1.0", needs=(ShutdownBegan, TurnStarted)):
    """A turn begins although the session is being shut down.

    ## What it checks
    After `shutdown_began` no turn is reserved and none starts, until the session is resumed.

    ## Why it matters
    Who shuts a session down waits for what runs and for nothing else. A turn that begins meanwhile is waited for by
    nobody: it is cut off in the middle of its first request, or keeps the process alive.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"shutdown_began","version":1,"body":{}}}
    {"timestamp":"2026-04-13T09:00:04.000Z","seq":4,"type":"turnfold","payload":{"kind":"turn_reserved","version":1,"body":{"turn_id":"B"}}}
    ```

    ## What can excuse it
    Nothing: mail and queued input wait for the next process. Codex does not record the beginning of a shutdown.
    """

    rests_on_absence = True
    claim = "turn {turn_id} began although the session was shutting down"
    because = "the shutdown began on line {since}"
    however = "the record of a resume may have been lost"

    refused = tuple(
        (Machine.SESSION, phase, kind)
        for phase in (SessionPhase.CLOSING, SessionPhase.CLOSING_IN_TURN, SessionPhase.CLOSED)
        for kind in (TurnReserved, TurnStarted)
    )

    def begin(self) -> None:
        self.told: str | None = None

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        """A turn is reserved and then starts: that is one fault."""
        turn_id, began = event.turn_id, self.session.last_of(ShutdownBegan) or since
        if turn_id != self.told:
            self.told = turn_id
            witnesses = (began, "beginning of the shutdown"), (at, "beginning of the turn")
            self.found(at, *witnesses, subject=turn_id, turn_id=turn_id, since=began)
