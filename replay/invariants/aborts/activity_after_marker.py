from __future__ import annotations

from turnfold.events import MessageRecorded, TurnAborted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.aborts.markers import MarkerBreak, Markers
from turnfold.replay.invariants.checker import CheckedRule


class ActivityAfterMarker(
    CheckedRule,
    code="TF407",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnAborted, MessageRecorded),
    implied_by=("TF402", "TF305"),
):
    """The agent works on between the marker of an interrupt and the abort itself.

    ## What it checks
    Between a message that begins with `<turn_aborted>` and the `turn_aborted` after it there is no model output, no
    tool call and no output of a call. Of several such records the first is named.

    ## Why it matters
    The marker is written when every task of the turn has ended or was killed. What is recorded after it was done by a
    task that outlived its own cancellation, and the model will read it as done after the user's stop.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"<turn_aborted>...</turn_aborted>"}]}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:04.000Z","type":"event_msg","payload":{"type":"turn_aborted","turn_id":"A","reason":"interrupted"}}
    ```

    ## What can excuse it
    After a grace of 100 ms Codex kills a task without waiting for its death, so that a last record may slip through:
    that is why it is a suspicion. Token counts and late ends of items and commands are not counted. None of the
    files that were studied (0.98 to 0.169) has such a record.
    """

    claim = "turn {turn_id} went on after its interrupt was marked"
    because = "the marker is on line {marked}, and no abort came between it and this record"
    however = "a task that was killed may get one last record out"

    checker = Markers
    explains = MarkerBreak.ACTIVITY
