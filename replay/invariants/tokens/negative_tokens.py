from __future__ import annotations

from turnfold.events import TokenUsageReported
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.tokens.counts import CountBreak, Counts


class NegativeTokens(
    CheckedRule, code="TF807", severity=Severity.VIOLATION, since="0.1.0", needs=(TokenUsageReported,)
):
    """A number of tokens is below zero.

    ## What it checks
    Each number in a `token_count` is 0 or more.

    ## Why it matters
    The number was computed, and wrongly; all sums it goes into are wrong.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":-5,"total_tokens":-5},"last_token_usage":{"input_tokens":-5,"total_tokens":-5}}}}
    ```

    ## What can excuse it
    Nothing: no request uses less than no tokens, and Codex cuts its differences off at 0.
    """

    checker = Counts
    explains = CountBreak.NEGATIVE

    claim = "the tokens of {whose} have a number below zero"
    because = "input {input} (cached {cached}), output {output} (reasoning {reasoning}), total {total}"
