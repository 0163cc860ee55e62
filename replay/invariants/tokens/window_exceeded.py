from __future__ import annotations

from turnfold.events import TokenUsageReported
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.tokens.counts import CountBreak, Counts


class WindowExceeded(
    CheckedRule, code="TF805", severity=Severity.SUSPICION, since="0.1.0", needs=(TokenUsageReported,)
):
    """A request used more tokens than the model's context window holds.

    ## What it checks
    The tokens of the last request in a `token_count` are not more than its `model_context_window`.

    ## Why it matters
    Either the window is configured smaller than it is, and compaction comes too early, or the history has outgrown
    the window, and the next request will fail.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":900,"total_tokens":900},"last_token_usage":{"input_tokens":900,"total_tokens":900},"model_context_window":800}}}
    ```

    ## What can excuse it
    An estimate of the whole history, taken right before a compaction, may well be too large for the window: that is
    why it is compacted. One real file has that, an estimate of 940,499 tokens for a window of 258,400.
    """

    checker = Counts
    explains = CountBreak.WINDOW_EXCEEDED

    claim = "the last request has {tokens} tokens, and the model's context window {window}"
    because = "both numbers stand in the same record"
    however = "it may be an estimate of the history before a compaction"
