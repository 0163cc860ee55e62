from __future__ import annotations

from turnfold.events import TokenUsageReported
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.tokens.counts import CountBreak, Counts


class TotalDecreased(
    CheckedRule, code="TF801", severity=Severity.SUSPICION, since="0.1.0", needs=(TokenUsageReported,)
):
    """The tokens of a session became fewer.

    ## What it checks
    The total in a `token_count` is not smaller than in the one before.

    ## Why it matters
    Tokens that were used stay used. A smaller total was counted by another process, or from another point, and
    whoever adds up the differences pays some of it twice.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":90,"output_tokens":10,"total_tokens":100},"last_token_usage":{"input_tokens":90,"output_tokens":10,"total_tokens":100}}}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":40,"output_tokens":10,"total_tokens":50},"last_token_usage":{"input_tokens":40,"output_tokens":10,"total_tokens":50}}}}
    ```

    ## What can excuse it
    A rollback before it or right after it, a compaction before it, and the place where a fork goes on after the
    rows that it copied: there nothing is said. Old versions may have counted from zero in a resumed session. In
    the real files, 3,626 counts, no total decreases.
    """

    checker = Counts
    explains = CountBreak.DECREASED

    claim = "the session's tokens fall from {before} to {total}"
    because = (
        "line {before_at} has counted {before} already, and nothing was rolled back or compacted in between"
    )
    however = "another process may have resumed the session and counted from an older state"
