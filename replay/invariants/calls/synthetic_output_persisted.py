from __future__ import annotations

from turnfold.events import ToolCallOutput
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.calls.checks import CallBreak, Calls
from turnfold.replay.invariants.checker import CheckedRule


class SyntheticOutputPersisted(
    CheckedRule, code="TF214", severity=Severity.SUSPICION, since="0.1.0", needs=(ToolCallOutput,)
):
    """An output that stands in for a missing one was written to the log.

    ## What it checks
    No output consists of the single word `aborted`.

    ## Why it matters
    Codex puts that word in the place of a missing output when it asks the model, and nowhere else. In a log it
    hides that the call was never answered: whoever reads it believes that the tool was stopped.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"aborted"}}
    ```

    ## What can excuse it
    A tool that really says just this. What Codex itself writes for a tool that was stopped is longer (`aborted by
    user after 7.2s`) and is not named.
    """

    claim = "the output of call {call_id} is a stand-in for one that is missing"
    because = "it says `aborted` and nothing else, which Codex writes into requests only"
    however = "a tool may have said that word"

    checker = Calls
    explains = CallBreak.SYNTHETIC
