from __future__ import annotations

from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import Envelopes
from turnfold.replay.invariants.envelope.ordinals import OrdinalBreak


class OrdinalRegressed(CheckedRule, code="TF107", severity=Severity.VIOLATION, since="0.1.0"):
    """An ordinal is smaller than the one before it.

    ## What it checks
    In a paginated file (0.150 on) ordinals grow from line to line. A single line out of the row does not make the
    lines after it wrong: the row is picked up again where it was left.

    ## Why it matters
    The line was moved, or a second writer began to count from an older end of the file. Readers that trust the
    ordinals see another order than readers that trust the lines.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","ordinal":0,"type":"session_meta","payload":{"id":"t"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","ordinal":1,"type":"event_msg","payload":{"type":"context_compacted"}}
    {"timestamp":"2026-06-01T09:00:02.000Z","ordinal":0,"type":"event_msg","payload":{"type":"context_compacted"}}
    ```

    ## What can excuse it
    Nothing that one writer does.
    """

    checker = Envelopes
    explains = OrdinalBreak.REGRESSED

    claim = "ordinal {ordinal} follows ordinal {last}"
    because = "ordinals grow by one from line to line, and line {last_at} had come to {last}"
    however = "two processes may have had the file open at once, or a line was moved"
