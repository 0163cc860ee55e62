from __future__ import annotations

from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import Envelopes
from turnfold.replay.invariants.envelope.ordinals import OrdinalBreak


class OrdinalGap(CheckedRule, code="TF105", severity=Severity.VIOLATION, since="0.1.0"):
    """Ordinals are missing between two lines.

    ## What it checks
    In a paginated file (0.150 on) each line has the ordinal of the line before it plus one.

    ## Why it matters
    Lines that were written are not in the file any more. Pages are addressed by ordinal, so a reader that asks for
    a page gets another one, and newer versions refuse to list the session.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","ordinal":0,"type":"session_meta","payload":{"id":"t"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","ordinal":2,"type":"event_msg","payload":{"type":"context_compacted"}}
    ```

    ## What can excuse it
    Damaged lines, and lines without an ordinal, stand between the two and can account for what is missing: then
    nothing is said here.
    """

    checker = Envelopes
    explains = OrdinalBreak.GAP

    claim = "{missing} ordinal(s) are missing before ordinal {ordinal}"
    because = (
        "the ordinal before it, on line {last_at}, is {last}, and the lines between cannot hold the rest"
    )
    however = "somebody may have taken lines out of the file"
