from __future__ import annotations

from typing import Any

from turnfold.events import ABORT_REASONS, MessageRecorded, TurnAborted
from turnfold.replay.invariants.aborts.markers import MarkerBreak, Markers
from turnfold.replay.invariants.checker import CheckedRule


class MarkerForOtherReason(CheckedRule, code="TF403", since="0.1.0", needs=(TurnAborted, MessageRecorded)):
    """The model is told that the user interrupted, and the turn ended for another reason.

    ## What it checks
    A message that begins with `<turn_aborted>` is followed by `turn_aborted` with the reason `interrupted`, and not
    with `replaced`, `review_ended` or `budget_limited`.

    ## Why it matters
    The marker says that the user stopped the work on purpose. When it was the next task that took the turn's place,
    or a budget that ran out, the model is told something false about what the user wants.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"<turn_aborted>...</turn_aborted>"}]}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"turn_aborted","turn_id":"A","reason":"replaced"}}
    ```

    ## What can excuse it
    Nothing: all versions that have the marker write it for interruptions alone. A reason that we do not know is not
    judged here (TF408 names it), and a text that the user typed is no marker.
    """

    rests_on_absence = True
    claim = "the model was told of an interrupt, and turn {turn_id} ended as `{reason}`"
    because = "the marker is on line {marked}, and only interrupted turns have one"
    however = "if the abort's reason is what is wrong, the marker is right"

    checker = Markers
    explains = MarkerBreak.OTHER_REASON

    def broken(self, at: int, *witnesses: tuple[int, str], subject: str | None = None, **facts: Any) -> None:
        if facts["reason"] in ABORT_REASONS:
            self.found(at, *witnesses, subject=subject, **facts)
