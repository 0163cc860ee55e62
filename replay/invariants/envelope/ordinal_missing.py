from __future__ import annotations

from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import Envelopes
from turnfold.replay.invariants.envelope.ordinals import OrdinalBreak


class OrdinalMissing(CheckedRule, code="TF108", severity=Severity.VIOLATION, since="0.1.0"):
    """A line without an ordinal stands in a file that has them.

    ## What it checks
    In a file in which an ordinal was seen every further line has one. The first line without is named.

    ## Why it matters
    When the last line of a paginated file lacks its ordinal, Codex cannot say which comes next and refuses to
    resume the session.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","ordinal":0,"type":"session_meta","payload":{"id":"t"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"context_compacted"}}
    ```

    ## What can excuse it
    Nothing: a version that knows no ordinals should not have continued the file.
    """

    checker = Envelopes
    explains = OrdinalBreak.MISSING

    rests_on_absence = True
    claim = "the line has no ordinal"
    because = "the lines before it have, the last one {ordinal}"
    however = "an older version may have continued a file of a newer one"
