from __future__ import annotations

from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import Envelopes
from turnfold.replay.invariants.envelope.sequence import SequenceBreak


class SeqGap(CheckedRule, code="TF117", severity=Severity.VIOLATION, since="0.1.0"):
    """Sequence numbers are missing in a log of our own.

    ## What it checks
    Each `seq` is the one before it plus one, and the first is 0. Lines without a `seq`, which Codex appends when it
    continues our log, are passed over.

    ## Why it matters
    State is the fold of all events. With one of them missing every state after it may be wrong.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"t"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","seq":2,"type":"event_msg","payload":{"type":"context_compacted"}}
    ```

    ## What can excuse it
    Damaged lines between the two can account for the numbers that are missing: then nothing is said here.
    """

    checker = Envelopes
    explains = SequenceBreak.GAP

    claim = "{missing} sequence number(s) are missing before seq {seq}"
    because = "seq {expected} comes next, and the lines between cannot hold what is missing"
    however = "somebody may have taken lines out of the log"
