from __future__ import annotations

from turnfold.events import TokenUsageReported, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.tokens.counts import CountBreak, Counts


class WindowSizeDisagrees(
    CheckedRule,
    code="TF808",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TokenUsageReported, TurnStarted),
):
    """A turn began with one size of the context window and counts its tokens against another.

    ## What it checks
    The `model_context_window` of a turn's start and of the token counts for its requests are the same. Counts that
    repeat a request of the turn before are not asked.

    ## Why it matters
    When to compact is decided by the size of the window. With two sizes, somebody compacts too early or too late.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"a","model_context_window":272000}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":9,"total_tokens":9},"last_token_usage":{"input_tokens":9,"total_tokens":9},"model_context_window":128000}}}
    ```

    ## What can excuse it
    The provider moved the turn to another model. In the real files the two always agree.
    """

    checker = Counts
    explains = CountBreak.OTHER_WINDOW

    claim = "the turn began with a context window of {announced} tokens, and counts against one of {window}"
    because = "both are of the same turn"
    however = "the provider may have moved the turn to another model"
