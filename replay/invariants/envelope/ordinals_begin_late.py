from __future__ import annotations

from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import Envelopes
from turnfold.replay.invariants.envelope.ordinals import OrdinalBreak


class OrdinalsBeginLate(CheckedRule, code="TF109", severity=Severity.VIOLATION, since="0.1.0"):
    """The first lines of a file have no ordinals, and a later one has.

    ## What it checks
    A file has ordinals from its first line on, or has none.

    ## Why it matters
    A session is either written the old way or paginated, and its identity record says which. A file that begins
    one way and goes on the other can be continued by neither writer.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","ordinal":1,"type":"event_msg","payload":{"type":"context_compacted"}}
    ```

    ## What can excuse it
    Nothing: the migration to the paginated form rewrites the whole file.
    """

    checker = Envelopes
    explains = OrdinalBreak.LATE

    claim = "the line has ordinal {ordinal}, the first one of the file"
    because = "all lines before it have none"
    however = "a newer version may have continued a file without rewriting it"
