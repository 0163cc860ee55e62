from __future__ import annotations

from turnfold.events import ToolCallOutput, ToolCallRequested, TurnStarted
from turnfold.replay.invariants.calls.checks import CallBreak, Calls
from turnfold.replay.invariants.checker import CheckedRule


class OutputInLaterTurn(
    CheckedRule, code="TF206", since="0.1.0", needs=(TurnStarted, ToolCallRequested, ToolCallOutput)
):
    """The output of a tool call is recorded in a later turn than the call.

    ## What it checks
    An output inside a turn answers a call that was made after the turn's start.

    ## Why it matters
    A tool of an ended turn was still alive and reached into the next one: it may still be changing files while
    the user believes that it was stopped, and its output is put where the model did not ask for it.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"turn_aborted","turn_id":"A","reason":"interrupted"}}
    {"timestamp":"2026-04-13T09:00:04.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"B"}}
    {"timestamp":"2026-04-13T09:00:05.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"ok"}}
    ```

    ## What can excuse it
    Nothing. A command that stays in the background answers its call early and ends later (`exec_command_end`),
    which is legal; the output of the call itself belongs to the turn that made it.
    """

    claim = "call {call_id} was answered in turn {turn_id}, which did not make it"
    because = "the call is on line {called}, before the turn started on line {started}"
    however = "two programs may have written to this file"

    checker = Calls
    explains = CallBreak.LATER_TURN
