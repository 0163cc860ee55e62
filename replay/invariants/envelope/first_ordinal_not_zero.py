from __future__ import annotations

from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import Envelopes
from turnfold.replay.invariants.envelope.ordinals import OrdinalBreak


class FirstOrdinalNotZero(CheckedRule, code="TF110", severity=Severity.VIOLATION, since="0.1.0"):
    """The ordinals of a file do not begin at 0.

    ## What it checks
    The first record of a paginated file has ordinal 0.

    ## Why it matters
    What stood before is missing, or the ordinals were made by something else than Codex.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","ordinal":7,"type":"session_meta","payload":{"id":"t"}}
    ```

    ## What can excuse it
    A later segment of a thread continues the numbers of an earlier file, which its `history_base` names. Damaged
    lines before the first record can account for the numbers before it. In both cases nothing is said.
    """

    checker = Envelopes
    explains = OrdinalBreak.NOT_FROM_ZERO

    claim = "the first ordinal of the file is {ordinal}"
    because = "ordinals begin at 0, and the session_meta names no earlier segment that this one continues"
    however = "the head of the file may have been cut off"
