from __future__ import annotations

from typing import Any

from turnfold.events import AbortUnwound, HookClosed, HookCompleted, HookStarted, TurnAborted, TurnCompleted
from turnfold.replay.invariants.registry import Invariant, on


class HookRunLeftOpen(Invariant, code="TF515", since="0.1.0", needs=(AbortUnwound, HookStarted, HookClosed)):
    """A turn was aborted, and one of its hook runs is left without an end.

    ## What it checks
    When a turn has unwound, each of its hook runs has completed, or was closed by a `hook_closed`.

    ## Why it matters
    A run that starts and never ends is shown as running for ever, and nobody knows whether its command was killed.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"turnfold","payload":{"kind":"hook_started","version":1,"body":{"run_id":"stop:0:/hooks.json","turn_id":"A","event_name":"stop","status":"running"}}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"abort_began","version":1,"body":{"turn_id":"A","reason":"interrupted"}}}
    {"timestamp":"2026-04-13T09:00:04.000Z","seq":4,"type":"turnfold","payload":{"kind":"scopes_cancelled","version":1,"body":{"turn_id":"A"}}}
    {"timestamp":"2026-04-13T09:00:05.000Z","seq":5,"type":"turnfold","payload":{"kind":"abort_unwound","version":1,"body":{"turn_id":"A"}}}
    ```

    ## What can excuse it
    Nothing in a log of our own: what an abort cuts off is closed by an event. In Codex such runs stay open; captures
    of it are not judged by this rule.
    """

    rests_on_absence = True
    claim = "hook run {run_id} was left open when turn {turn_id} was aborted"
    because = "it started on line {started}, and nothing says how it ended"
    however = "the record of its end may have been lost"

    def begin(self) -> None:
        self.open: dict[str, tuple[str | None, int]] = {}

    @on(HookStarted)
    def started(self, event: Any, at: int) -> None:
        self.open[event.run_id] = event.turn_id, at

    @on(HookCompleted, HookClosed)
    def ended(self, event: Any, at: int) -> None:
        self.open.pop(event.run_id, None)

    @on(AbortUnwound, TurnAborted)
    def unwound(self, event: Any, at: int) -> None:
        for run_id, (turn_id, started) in tuple(self.open.items()):
            if turn_id is not None and turn_id == event.turn_id:
                del self.open[run_id]
                witnesses = (started, "start of the run"), (at, "end of its turn's work")
                facts: dict[str, Any] = {"run_id": run_id, "turn_id": turn_id, "started": started}
                self.found(at, *witnesses, subject=run_id, **facts)

    @on(TurnCompleted)
    def completed(self, event: Any, at: int) -> None:
        """What a turn leaves open that completes, another rule names (TF501)."""
        self.open.clear()
