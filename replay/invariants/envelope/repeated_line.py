from __future__ import annotations

from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import EnvelopeBreak, Envelopes


class RepeatedLine(
    CheckedRule, code="TF111", severity=Severity.SUSPICION, since="0.1.0", implied_by=("TF106", "TF118")
):
    """The same record stands twice in a row.

    ## What it checks
    No line is, byte for byte, the line before it: the same record at the same time, to the millisecond. Lines without
    a time (the state rows of bare files) are not asked.

    ## Why it matters
    The model is given the message twice, and a rollback that stands twice takes back twice as much.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"user_message","message":"go on"}}
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"user_message","message":"go on"}}
    ```

    ## What can excuse it
    The rows that a fork copies are stamped in one burst, so what was said twice in the parent looks like this: they
    are not asked. A writer that repeats a write because it believes that the first one failed. Real files hold
    identical lines, but not one directly after the other.
    """

    claim = "the line repeats line {first_at}"
    because = "both are of {timestamp} and say the same"
    however = "a write that succeeded may have been taken for a failed one and done again"

    checker = Envelopes
    explains = EnvelopeBreak.REPEATED
