from __future__ import annotations

from turnfold.events import ToolCallRequested
from turnfold.replay.invariants.calls.checks import CallBreak, Calls
from turnfold.replay.invariants.checker import CheckedRule


class CallWithoutName(CheckedRule, code="TF216", since="0.1.0", needs=(ToolCallRequested,)):
    """A tool call does not say which tool.

    ## What it checks
    Every `function_call` and `custom_tool_call` has a `name`.

    ## Why it matters
    Nothing can run such a call, and readers that need the name drop the whole record, so that its output has no
    call any more.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"response_item","payload":{"type":"function_call","call_id":"c1","arguments":"{}"}}
    ```

    ## What can excuse it
    A local shell call and a search for tools are named by their type alone. An empty name is the model's own
    mistake, and not named here.
    """

    claim = "call {call_id} names no tool"
    because = "it is a {call_type}, and its record has no `name`"

    checker = Calls
    explains = CallBreak.NO_NAME
