from __future__ import annotations

from turnfold.events import TokenUsageReported
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.tokens.counts import CountBreak, Counts


class PartExceedsWhole(
    CheckedRule, code="TF803", severity=Severity.SUSPICION, since="0.1.0", needs=(TokenUsageReported,)
):
    """More tokens were cached than given, or more were reasoning than made.

    ## What it checks
    In a `token_count` the cached input is not more than the input, and the reasoning not more than the output.

    ## Why it matters
    What was paid for input that was not cached comes out negative.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":90,"cached_input_tokens":95,"total_tokens":90},"last_token_usage":{"input_tokens":90,"cached_input_tokens":95,"total_tokens":90}}}}
    ```

    ## What can excuse it
    Codex passes on what the provider says, and some providers count cached tokens or reasoning besides the rest.
    In the real files there is none.
    """

    checker = Counts
    explains = CountBreak.LARGE_PART

    claim = "the tokens of {whose} have a part that is larger than the whole"
    because = (
        "{cached} of {input} input tokens were cached, {reasoning} of {output} output tokens were reasoning"
    )
    however = "the model's provider may count these parts besides the rest"
