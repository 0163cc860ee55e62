from __future__ import annotations

from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import Envelopes
from turnfold.replay.invariants.envelope.ordinals import OrdinalBreak


class OrdinalRepeated(CheckedRule, code="TF106", severity=Severity.VIOLATION, since="0.1.0"):
    """Two successive lines have the same ordinal.

    ## What it checks
    In a paginated file (0.150 on) no ordinal comes a second time right after the first.

    ## Why it matters
    Codex takes the next ordinal from the last line. With a repeated one at the end of a file, 0.169 shows a turn
    that was completed as interrupted when the session is resumed, and says nothing.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","ordinal":0,"type":"session_meta","payload":{"id":"t"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","ordinal":0,"type":"event_msg","payload":{"type":"context_compacted"}}
    ```

    ## What can excuse it
    Nothing that one writer does: a write that failed and was tried again stands on one line. Two writers that
    counted for themselves write this.
    """

    checker = Envelopes
    explains = OrdinalBreak.REPEATED

    claim = "ordinal {ordinal} comes twice"
    because = "the line before it with an ordinal, line {last_at}, has the same"
    however = "two processes may have had the file open at once"
