from __future__ import annotations

from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import EnvelopeBreak, Envelopes


class RecordBeforeCreation(
    CheckedRule, code="TF116", severity=Severity.SUSPICION, since="0.1.0", implied_by=("TF104",)
):
    """A record is older than its session.

    ## What it checks
    The first record, and each one that is older than the record before it, is not more than a second older than
    the creation time inside the identity record.

    ## Why it matters
    Either the line belongs to another session, or one of the two times is wrong; what is ordered by time then
    comes out wrong.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t","timestamp":"2026-06-01T10:00:00.000Z"}}
    ```

    ## What can excuse it
    The clock was set between the creation of the session and its first line. The rows that a fork copies are
    stamped anew, when the fork is made. In real files there is none.
    """

    checker = Envelopes
    explains = EnvelopeBreak.BEFORE_CREATION

    claim = "the record is of {timestamp}, before its session was created"
    because = "the session was created at {created}, says its identity record"
    however = "the clock may have been set back"
