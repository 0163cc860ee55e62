from __future__ import annotations

from turnfold.events import TokenUsageReported
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.tokens.counts import CountBreak, Counts


class TotalIsNotSum(
    CheckedRule,
    code="TF802",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TokenUsageReported,),
    implied_by=("TF803", "TF804", "TF807"),
):
    """A session's tokens grew by another number than its last request used.

    ## What it checks
    Whenever the total of a `token_count` changes, it is the total before plus the tokens of the last request, in
    each of its five numbers. A count that repeats the one before is a refresh.

    ## Why it matters
    A count is missing in between, or a request was counted twice: sums made from the requests and sums made from
    the totals disagree.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":90,"output_tokens":10,"total_tokens":100},"last_token_usage":{"input_tokens":90,"output_tokens":10,"total_tokens":100}}}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":290,"output_tokens":10,"total_tokens":300},"last_token_usage":{"input_tokens":90,"output_tokens":10,"total_tokens":100}}}}
    ```

    ## What can excuse it
    A `token_count` in between was lost to damage. After a rollback, a compaction and the copied rows of a fork
    counting may begin anew, and nothing is said. It holds for 6,975 of 6,976 changes in 510 real files.
    """

    checker = Counts
    explains = CountBreak.NOT_THE_SUM

    claim = "the session's tokens go from {before} to {total}, with {last} for the last request"
    because = (
        "the total on line {before_at} plus the last request makes another number, in the sum or in a part"
    )
    however = "a count in between may have been lost"
