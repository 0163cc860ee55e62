from __future__ import annotations

from turnfold.events import MessageRecorded, TurnAborted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.aborts.markers import MarkerBreak, Markers
from turnfold.replay.invariants.checker import CheckedRule


class MarkerWithoutAbort(
    CheckedRule,
    code="TF402",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnAborted, MessageRecorded),
    implied_by=("TF305",),
):
    """The model is told of an interrupt that never came to its end.

    ## What it checks
    After a message that begins with `<turn_aborted>` the next start or end of a turn is a `turn_aborted`.

    ## Why it matters
    The model believes that it was stopped, while clients see the turn go on, or complete. That is what is left when
    a natural finish and an abort both think that they own a turn.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"<turn_aborted>...</turn_aborted>"}]}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    ```

    ## What can excuse it
    A process that died between the two records; a turn that was cut off by a later start shows that. At the end of a
    file nothing is said, for the rest may still come. A user who types such a text writes no marker.
    """

    claim = "a marker tells the model that turn {turn_id} was interrupted, and no abort followed"
    because = (
        "the marker is on line {marked}, and the next start or end of a turn, on line {until}, is no abort"
    )
    however = "a process that died between the two leaves the marker alone"

    checker = Markers
    explains = MarkerBreak.NO_ABORT
