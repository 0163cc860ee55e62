from __future__ import annotations

from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import Envelopes
from turnfold.replay.invariants.envelope.sequence import SequenceBreak


class SeqRepeated(CheckedRule, code="TF118", severity=Severity.VIOLATION, since="0.1.0"):
    """A sequence number comes again in a log of our own.

    ## What it checks
    No `seq` is smaller than, or the same as, the one before it. A twin is legal: the next record, of another type,
    that says the same fact for readers which want it so.

    ## Why it matters
    Two events claim one place in the order: two writers, or a line that was copied. A fold that takes both is not
    the session's state.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"t"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"context_compacted"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"context_compacted"}}
    ```

    ## What can excuse it
    Only that the second record is the first one's twin.
    """

    checker = Envelopes
    explains = SequenceBreak.REPEATED

    claim = "seq {seq} comes again"
    because = "the numbers before it had come so far that seq {expected} was next"
    however = "two processes may have had the log open at once"
