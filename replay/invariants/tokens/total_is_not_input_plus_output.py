from __future__ import annotations

from turnfold.events import TokenUsageReported
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.tokens.counts import CountBreak, Counts


class TotalIsNotInputPlusOutput(
    CheckedRule, code="TF804", severity=Severity.SUSPICION, since="0.1.0", needs=(TokenUsageReported,)
):
    """A total of tokens is not what was given plus what was made.

    ## What it checks
    In a `token_count` the total is the sum of input and output, for the session and for the last request.

    ## Why it matters
    The fill of the context window is told from the total, the price from the parts: they disagree.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":90,"output_tokens":10,"total_tokens":110},"last_token_usage":{"input_tokens":90,"output_tokens":10,"total_tokens":110}}}}
    ```

    ## What can excuse it
    After a compaction Codex estimates what the new history takes up: such a count has a total and no parts, and is
    not asked (seven in the real files). Some providers count reasoning besides the output.
    """

    checker = Counts
    explains = CountBreak.NOT_INPUT_PLUS_OUTPUT

    claim = "the tokens of {whose} add up to something else than their total, {total}"
    because = "{input} input and {output} output tokens are not {total}"
    however = "the model's provider may count reasoning besides the output"
