from __future__ import annotations

from typing import Any

from turnfold.events import TokenUsageRecorded, TokenUsageReported, TurnAborted, TurnCompleted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.replay.invariants.tokens.arithmetic import same


class UsageRecordDisagrees(
    Invariant,
    code="TF806",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TokenUsageRecorded, TokenUsageReported),
    implied_by=("TF803", "TF804", "TF807"),
):
    """The tokens that were booked for a response are not those that were shown.

    ## What it checks
    In paginated files a `token_usage_record` comes before the `token_count` of the same response: its `usage` is
    the count's last request, its `thread_token_usage` the count's total.

    ## Why it matters
    The record is what is billed, the count is what the user sees.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"token_usage_record","payload":{"usage":{"input_tokens":9,"total_tokens":9},"thread_token_usage":{"input_tokens":9,"total_tokens":9}}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":7,"total_tokens":7},"last_token_usage":{"input_tokens":7,"total_tokens":7}}}}
    ```

    ## What can excuse it
    A record of another session, such as a sub-agent's, and a turn that ends before the count comes: then nothing is
    said. After a response that was shown and not booked, as by an older version or by turnfold, the totals are not
    compared: Codex books on from what was booked. All 29 records of the captures with 0.169 agree with their counts.
    """

    claim = "{booked} tokens were booked for the response, and {shown} are shown"
    because = (
        "line {record_at} books {booked} of {booked_total} in all, line {at} shows {shown} of {shown_total}"
    )
    however = "a count in between may have been lost"

    def begin(self) -> None:
        self._record: Any = None
        self._at = 0
        self._is_booked = False
        self._total: Any = None
        self._all_booked = True

    @on(TokenUsageRecorded)
    def booked(self, event: Any, at: int) -> None:
        meta = self.session.identity
        is_foreign = meta is not None and event.thread_id not in (None, meta.session_id)
        is_whole = event.usage is not None and event.thread_usage is not None
        self._record, self._at = (event if is_whole and not is_foreign else None), at
        self._is_booked = True

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        self._record = None

    @on(TokenUsageReported)
    def shown(self, event: Any, at: int) -> None:
        record = self._record
        if event.total is not None:
            self._count(event.total)
        if record is None or event.total is None or event.last is None:
            return
        self._record = None
        is_total = not self._all_booked or same(record.thread_usage, event.total)
        if not (is_total and same(record.usage, event.last)):
            self.found(
                at,
                (self._at, "what was booked"),
                (at, "what was shown"),
                subject=f"line {at}",
                booked=record.usage.total_tokens,
                booked_total=record.thread_usage.total_tokens,
                shown=event.last.total_tokens,
                shown_total=event.total.total_tokens,
                record_at=self._at,
                at=at,
            )

    def _count(self, total: Any) -> None:
        """Note whether this total has tokens in it that nobody booked; one that only repeats the last has not."""
        if not self._is_booked and (self._total is None or not same(self._total, total)):
            self._all_booked = False
        self._is_booked, self._total = False, total
