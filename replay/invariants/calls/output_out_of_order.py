from __future__ import annotations

from turnfold.events import ToolCallOutput, ToolCallRequested
from turnfold.replay.invariants.calls.checks import CallBreak, Calls
from turnfold.replay.invariants.checker import CheckedRule


class OutputOutOfOrder(
    CheckedRule,
    code="TF205",
    since="0.1.0",
    needs=(ToolCallRequested, ToolCallOutput),
    implied_by=("TF206", "TF215"),
):
    """The outputs of two tool calls are recorded in another order than the calls.

    ## What it checks
    A call is answered before every call that was made after it.

    ## Why it matters
    Tools may run side by side, but their outputs are collected in the order of the calls, however they finish. An
    output that comes too late was recorded by something that does not take part in that queue.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c2","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c2","output":"ok"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"ok"}}
    ```

    ## What can excuse it
    Nothing: all versions of Codex from 0.34 to 0.169 keep this order. A call that is never answered does not delay
    the others; it is no disorder.
    """

    claim = "call {call_id} was answered after a call that was made later"
    because = "it was made on line {called}; the call of line {later_called} had its output already, on line {later}"

    checker = Calls
    explains = CallBreak.OUT_OF_ORDER
