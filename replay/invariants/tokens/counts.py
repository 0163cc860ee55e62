"""One look at every token count: against itself, against the one before, against the context window.

Every fifth line of a file is a token count, and half of them only repeat the one before.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Any

from turnfold.events import HistoryCompacted, HistoryRolledBack, TokenUsageReported, TurnStarted
from turnfold.replay.invariants.checker import Checker
from turnfold.replay.invariants.registry import on
from turnfold.replay.invariants.tokens.arithmetic import (
    has_large_part,
    is_estimate,
    is_negative,
    is_sound,
    is_sum,
)


class CountBreak(Enum):
    """What can be wrong with a token count."""

    DECREASED = auto()
    NOT_THE_SUM = auto()
    LARGE_PART = auto()
    NOT_INPUT_PLUS_OUTPUT = auto()
    WINDOW_EXCEEDED = auto()
    NEGATIVE = auto()
    OTHER_WINDOW = auto()


class Counts(Checker):
    """Keeps the last count."""

    def begin(self) -> None:
        self._total: Any = None
        self._last: Any = None
        self._is_total_sound = self._is_last_sound = False
        self._at = 0
        self._counts_anew = False
        """Whether the next total need not follow from the last one."""
        self._fall: tuple[int, int, int, int] | None = None
        """A total that decreased: its line, the line before, both numbers. A rollback after it would explain it."""
        self._window: int | None = None
        """Window size that the open turn announced."""
        self._announced_at = 0

    @on(TokenUsageReported)
    def counted(self, event: Any, at: int) -> None:
        total, last = event.total, event.last
        if total is None or last is None:
            return
        if last != self._last:
            self._request(last, event.model_context_window, at)
        if total != self._total:
            self._sum(total, last, at)
        self._total, self._last, self._at = total, last, at

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        self._settle()
        self._window, self._announced_at = event.model_context_window, at
        if self.session.copy_ended_at == at - 1:
            self._counts_anew = True

    @on(HistoryCompacted)
    def compacted(self, event: Any, at: int) -> None:
        self._counts_anew = True

    @on(HistoryRolledBack)
    def rolled_back(self, event: Any, at: int) -> None:
        self._counts_anew = True
        self._fall = None

    def finish(self, at: int) -> None:
        self._settle()

    def _request(self, last: Any, window: int | None, at: int) -> None:
        """The tokens of a request are not those of the one before."""
        self._is_last_sound = is_sound(last)
        if not self._is_last_sound:
            self._odd("the last request", last, at)
        if window is None:
            return
        if last.total_tokens > window:
            self.tell(
                CountBreak.WINDOW_EXCEEDED, at, (at, "the count"), tokens=last.total_tokens, window=window
            )
        if self._window is not None and window != self._window:
            witnesses = (self._announced_at, "the turn starts"), (at, "the count")
            self.tell(CountBreak.OTHER_WINDOW, at, *witnesses, window=window, announced=self._window)
            self._window = None

    def _sum(self, total: Any, last: Any, at: int) -> None:
        """The total is not the one before."""
        before, is_new = self._total, self._counts_anew or self._total is None
        self._counts_anew = False
        if self._fall is not None:
            self._settle()
        if not is_new and is_sum(before, last, total):
            if self._is_total_sound and self._is_last_sound:
                return  # what is sound adds up to what is sound
        elif not is_new and total.total_tokens < before.total_tokens:
            self._fall = (at, self._at, before.total_tokens, total.total_tokens)
        elif not is_new:
            self._not_the_sum(before, total, last, at)
        self._is_total_sound = is_sound(total)
        if total != last and not self._is_total_sound:  # the first total is the first request
            self._odd("the session", total, at)

    def _not_the_sum(self, before: Any, total: Any, last: Any, at: int) -> None:
        self.tell(
            CountBreak.NOT_THE_SUM,
            at,
            (self._at, "the total before"),
            (at, "the total"),
            subject=f"line {at}",
            before=before.total_tokens,
            last=last.total_tokens,
            total=total.total_tokens,
            before_at=self._at,
        )

    def _odd(self, whose: str, usage: Any, at: int) -> None:
        """One set of numbers disagrees with itself."""
        facts = {
            "whose": whose,
            "input": usage.input_tokens,
            "cached": usage.cached_input_tokens,
            "output": usage.output_tokens,
            "reasoning": usage.reasoning_output_tokens,
            "total": usage.total_tokens,
        }
        if is_negative(usage):
            self.tell(CountBreak.NEGATIVE, at, (at, "the count"), subject=f"line {at}", **facts)
            return
        if has_large_part(usage):
            self.tell(CountBreak.LARGE_PART, at, (at, "the count"), subject=f"line {at}", **facts)
        if usage.total_tokens != usage.input_tokens + usage.output_tokens and not is_estimate(usage):
            self.tell(CountBreak.NOT_INPUT_PLUS_OUTPUT, at, (at, "the count"), subject=f"line {at}", **facts)

    def _settle(self) -> None:
        """No rollback explained the total that decreased."""
        if self._fall is not None:
            (at, before_at, before, total), self._fall = self._fall, None
            witnesses = (before_at, "the larger total"), (at, "the smaller total")
            self.tell(CountBreak.DECREASED, at, *witnesses, before=before, total=total, before_at=before_at)
