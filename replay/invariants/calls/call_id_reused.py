from __future__ import annotations

from turnfold.events import ToolCallRequested
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.calls.checks import CallBreak, Calls
from turnfold.replay.invariants.checker import CheckedRule


class CallIdReused(
    CheckedRule, code="TF203", severity=Severity.SUSPICION, since="0.1.0", needs=(ToolCallRequested,)
):
    """Two tool calls have the same id.

    ## What it checks
    The id of a call was not on any earlier call of the log.

    ## Why it matters
    The id is all that joins a call with its output, its approval and its end. With two calls of one id, whatever
    is said about one of them may be meant for the other.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"ok"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    ```

    ## What can excuse it
    The model's provider makes the ids, and small local ones count from zero in every response: that is why it is
    a suspicion. Old and server-side calls without any id are not looked at.
    """

    claim = "the id {call_id} is given to a second call"
    because = "a call of that id was recorded before; line {first} is the last that is about it"
    however = "the provider makes the ids, and some repeat theirs"

    checker = Calls
    explains = CallBreak.REUSED_ID
