from __future__ import annotations

from turnfold.events import MessageRecorded, ReasoningRecorded, ToolCallOutput, ToolCallRequested
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.calls.checks import CallBreak, Calls
from turnfold.replay.invariants.checker import CheckedRule


class ModelSpeaksBeforeOutput(
    CheckedRule,
    code="TF215",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(MessageRecorded, ReasoningRecorded, ToolCallRequested, ToolCallOutput),
):
    """The model goes on although one of its tool calls has no output yet.

    ## What it checks
    Outputs come when the response that made the calls is over. So once one of them is recorded, the model says,
    thinks and calls nothing until every call made before that output in the turn has its own.

    ## Why it matters
    The model was asked again with an answer missing: it decided without knowing what its tool had done.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c2","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"ok"}}
    {"timestamp":"2026-04-13T09:00:04.000Z","type":"response_item","payload":{"type":"reasoning","summary":[]}}
    ```

    ## What can excuse it
    Within one response calls, thoughts and messages mix freely, so before the first output nothing is judged. A
    response that broke off and was asked for again may leave a call behind; that is why it is a suspicion. None of
    the real files that were studied (0.104 to 0.169) has one.
    """

    claim = "the model went on, although its call {call_id} had no output"
    because = "the call is on line {called}, and outputs were recorded up to line {answered}"
    however = "the call may be the rest of a response that broke off"

    checker = Calls
    explains = CallBreak.MODEL_WENT_ON
