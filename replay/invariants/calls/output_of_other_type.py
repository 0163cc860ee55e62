from __future__ import annotations

from turnfold.events import ToolCallOutput, ToolCallRequested
from turnfold.replay.invariants.calls.checks import CallBreak, Calls
from turnfold.replay.invariants.checker import CheckedRule


class OutputOfOtherType(CheckedRule, code="TF207", since="0.1.0", needs=(ToolCallRequested, ToolCallOutput)):
    """A tool call is answered by an output of another type.

    ## What it checks
    A `function_call` is answered by a `function_call_output`, a `custom_tool_call` by a `custom_tool_call_output`,
    and a `tool_search_call` by a `tool_search_output`.

    ## Why it matters
    Providers and Codex look for the output by id *and* type. They find none, so the call counts as unanswered and
    the output as one without a call, and both are mended away before the next request.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"custom_tool_call_output","call_id":"c1","output":"ok"}}
    ```

    ## What can excuse it
    A `local_shell_call` is answered by a `function_call_output` in Codex; that is legal, and so is a
    `local_shell_call_output`. Call types that this version does not know are not judged.
    """

    claim = "call {call_id}, a {call_type}, was answered by a {output_type}"
    because = "the call is on line {called}"

    checker = Calls
    explains = CallBreak.OTHER_TYPE
