from __future__ import annotations

from typing import Any

from turnfold.events import ExecEnded, ToolCallRequested, TurnStarted
from turnfold.replay.invariants.registry import Invariant, on


class ExecEndOfOtherTurn(
    Invariant, code="TF212", since="0.1.0", needs=(TurnStarted, ToolCallRequested, ExecEnded)
):
    """A command's end names another turn than the one whose call it belongs to.

    ## What it checks
    While a call of the open turn waits for its output, the `exec_command_end` of that call names that turn.

    ## Why it matters
    Clients file the command under the turn that the record names: it shows up in a turn that did not run it.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"exec_command_end","call_id":"c1","turn_id":"B","exit_code":0}}
    ```

    ## What can excuse it
    A background command that ends after its call was answered keeps the turn of its start; it is not judged, nor
    is a record without a turn id.
    """

    claim = (
        "the command of call {call_id} ended in the name of turn {other_id}, but turn {turn_id} made the call"
    )
    because = "the call is on line {called}, inside the turn that started on line {started}"
    however = "if a turn's start was lost, the call is that turn's"

    @on(ExecEnded)
    def ended(self, event: Any, at: int) -> None:
        turn = self.session.turn
        called = self.session.open_calls.get(event.call_id, 0)
        if turn is None or called < turn.at or event.turn_id in (None, turn.turn_id):
            return
        self.found(
            at,
            (turn.at, "start of the turn"),
            (called, "call"),
            (at, "end of the command"),
            subject=event.call_id,
            call_id=event.call_id,
            other_id=event.turn_id,
            turn_id=turn.turn_id,
            called=called,
            started=turn.at,
        )
