from __future__ import annotations

from typing import Any

from turnfold.events import AbortUnwound, ToolCallClosed, TurnAborted
from turnfold.replay.invariants.registry import Invariant, on


class CallLeftOpen(Invariant, code="TF220", since="0.1.0", needs=(AbortUnwound, ToolCallClosed)):
    """A turn was aborted, and one of its tool calls is left without an end.

    ## What it checks
    When a turn has unwound, each of its calls has an output, or a `tool_call_closed` that says how it ended.

    ## Why it matters
    A call without an end looks as if it still ran. Whoever resumes the session cannot tell whether the tool did its
    work, and agents that guess run it a second time.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"abort_began","version":1,"body":{"turn_id":"A","reason":"interrupted"}}}
    {"timestamp":"2026-04-13T09:00:04.000Z","seq":4,"type":"turnfold","payload":{"kind":"scopes_cancelled","version":1,"body":{"turn_id":"A"}}}
    {"timestamp":"2026-04-13T09:00:05.000Z","seq":5,"type":"turnfold","payload":{"kind":"abort_unwound","version":1,"body":{"turn_id":"A"}}}
    ```

    ## What can excuse it
    Nothing in a log of our own: what an abort cuts off is closed by an event. Codex leaves such calls open, and its
    files are not judged.
    """

    rests_on_absence = True
    claim = "call {call_id} was left open when turn {turn_id} was aborted"
    because = "it was requested on line {requested}, and nothing says how it ended"
    however = "the record of its end may have been lost"

    def begin(self) -> None:
        self.told: set[str] = set()

    @on(AbortUnwound)
    def unwound(self, event: Any, at: int) -> None:
        turn = self.session.turn
        self.tell(event.turn_id, turn.at if turn is not None else at, at)

    @on(TurnAborted)
    def aborted(self, event: Any, at: int) -> None:
        turn = self.session.closed
        self.tell(event.turn_id, turn.at if turn is not None else at, at)
        self.told.clear()

    def tell(self, turn_id: str | None, since: int, at: int) -> None:
        """Name each open call of the turn that began on line *since*."""
        for call_id, requested in self.session.open_calls.items():
            if requested > since and call_id not in self.told:
                self.told.add(call_id)
                witnesses = (requested, "the call"), (at, "end of its turn's work")
                facts: dict[str, Any] = {"call_id": call_id, "turn_id": turn_id, "requested": requested}
                self.found(at, *witnesses, subject=call_id, **facts)
