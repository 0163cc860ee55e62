from __future__ import annotations

from typing import Any

from turnfold.events import (
    InputDropped,
    InputQueued,
    TurnCompleted,
    TurnStarted,
    TurnSteered,
    UserInputRecorded,
    WaitersDropped,
)
from turnfold.replay.invariants.registry import Invariant, on


class AcceptedInputLost(
    Invariant, code="TF421", since="0.1.0", needs=(TurnSteered, InputQueued, InputDropped, WaitersDropped)
):
    """Input was accepted into a turn, and the log does not say what became of it.

    ## What it checks
    Each input that a turn accepted, by its id, is recorded in that turn before it completes, or is dropped by name.
    What an aborted turn did not use is dropped by name before the next turn starts.

    ## Why it matters
    Accepted input is a promise to the user. If it is neither used nor said to be dropped, nobody will send it again,
    and the user waits for an answer to words that no model has seen.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"turnfold","payload":{"kind":"turn_steered","version":1,"body":{"turn_id":"A","input_id":"i1","text":"wait"}}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    ```

    ## What can excuse it
    Nothing in our own log, where inputs have ids: a turn does not complete while it has input that it did not use.
    Captures do not say under which id an input was recorded; there the texts are compared (TF417).
    """

    rests_on_absence = True
    claim = "input {input_id}, which turn {turn_id} had accepted, was lost"
    because = "it was accepted on line {accepted} and neither recorded nor dropped before line {at}"
    however = "the record of its use may have been lost"

    def begin(self) -> None:
        self.waiting: dict[str, tuple[str, int]] = {}

    @on(TurnSteered, InputQueued)
    def accepted(self, event: Any, at: int) -> None:
        if event.input_id is not None and event.turn_id is not None:
            self.waiting[event.input_id] = event.turn_id, at

    @on(UserInputRecorded, InputDropped)
    def used(self, event: Any, at: int) -> None:
        self.waiting.pop(event.input_id, None)

    @on(WaitersDropped)
    def dropped(self, event: Any, at: int) -> None:
        for input_id in event.inputs:
            self.waiting.pop(input_id, None)

    @on(TurnCompleted)
    def completed(self, event: Any, at: int) -> None:
        self.tell({event.turn_id}, at)

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        self.tell(self.session.ended, at)

    def tell(self, over: Any, at: int) -> None:
        """Name what waits in turns that are over."""
        for input_id, (turn_id, accepted) in tuple(self.waiting.items()):
            if turn_id in over:
                del self.waiting[input_id]
                witnesses = (accepted, "accepted"), (at, "nothing can use it any more")
                facts: dict[str, Any] = {
                    "input_id": input_id,
                    "turn_id": turn_id,
                    "accepted": accepted,
                    "at": at,
                }
                self.found(at, *witnesses, subject=turn_id, **facts)
