from __future__ import annotations

from typing import Any

from turnfold.events import TokenUsageRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.replay.invariants.tokens.arithmetic import is_sum, same


class TurnUsageDisagrees(
    Invariant, code="TF809", severity=Severity.SUSPICION, since="0.1.0", needs=(TokenUsageRecorded,)
):
    """The tokens booked for a turn are not the sum of its responses.

    ## What it checks
    In paginated files the `turn_token_usage` of a `token_usage_record` is that of the record before it in the same
    turn plus the record's `usage`; in the first record of a turn it is the `usage` itself.

    ## Why it matters
    What a turn cost is read from the last record of it. With a response missing or counted twice it is wrong.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"token_usage_record","payload":{"turn_id":"a","usage":{"input_tokens":9,"total_tokens":9},"turn_token_usage":{"input_tokens":9,"total_tokens":9}}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"token_usage_record","payload":{"turn_id":"a","usage":{"input_tokens":5,"total_tokens":5},"turn_token_usage":{"input_tokens":20,"total_tokens":20}}}
    ```

    ## What can excuse it
    A record in between was lost to damage. All 29 records of the captures with 0.169 add up.
    """

    claim = "turn {turn_id} is booked with {turn_total} tokens, which is not the sum of its responses"
    because = "{before} were booked for it before, and {used} for this response"
    however = "a record in between may have been lost"

    def begin(self) -> None:
        self._last: Any = None
        self._at = 0

    @on(TokenUsageRecorded)
    def booked(self, event: Any, at: int) -> None:
        if event.usage is None or event.turn_usage is None:
            return
        before = self._last if self._last is not None and self._last.turn_id == event.turn_id else None
        before_at, self._at, self._last = self._at, at, event
        if before is None:
            agrees = same(event.usage, event.turn_usage)
        else:
            agrees = is_sum(before.turn_usage, event.usage, event.turn_usage)
        if not agrees:
            self.found(
                at,
                *([] if before is None else [(before_at, "the record before")]),
                (at, "the record"),
                subject=event.turn_id,
                turn_id=event.turn_id,
                turn_total=event.turn_usage.total_tokens,
                used=event.usage.total_tokens,
                before=0 if before is None else before.turn_usage.total_tokens,
            )
