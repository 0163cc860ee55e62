"""The chain of ordinals: from 0, by one, on every line or on none."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from turnfold.replay.invariants.checker import Checker


class OrdinalBreak(Enum):
    """What can be wrong with the ordinals of a file."""

    NOT_FROM_ZERO = auto()
    GAP = auto()
    REPEATED = auto()
    REGRESSED = auto()
    MISSING = auto()
    LATE = auto()


UNSEEN: Final = -(1 << 80)
"""Stands for the ordinal before the first line: no line has it."""


class Ordinals:
    """What is expected next. The checker compares; only what is unexpected comes here.

    Lines that were lost to damage, and lines without an ordinal, may have held the numbers that are missing: what
    they can account for is not told a second time.
    """

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self.next: int | None = UNSEEN
        """The ordinal expected; None as long as no line had one, `UNSEEN` before the first line."""
        self.at = 0
        """Line of the last ordinal."""
        self._highest, self._highest_at = UNSEEN, 0
        self._is_missing = False

    def unexpected(self, record: Any, at: int) -> None:
        """The record's ordinal is not `next`."""
        ordinal, expected = record.ordinal, self.next
        if ordinal is None:
            self._without(at, expected)
            return
        if expected == UNSEEN:
            self._begin(record, at)
        elif expected is None:
            self._checker.tell(OrdinalBreak.LATE, at, (at, "the first ordinal"), ordinal=ordinal)
        else:
            self._compare(ordinal, expected - 1, at)
        self.next, self.at = ordinal + 1, at
        self._raise(ordinal, at)

    def _raise(self, ordinal: int, at: int) -> None:
        if ordinal > self._highest:
            self._highest, self._highest_at = ordinal, at

    def _without(self, at: int, expected: int | None) -> None:
        if expected == UNSEEN:
            self.next = None
        elif not self._is_missing:  # one writer that knows no ordinals writes many lines
            self._is_missing = True
            witnesses = (self.at, "the last ordinal"), (at, "has none")
            self._checker.tell(OrdinalBreak.MISSING, at, *witnesses, ordinal=(expected or 0) - 1)

    def _begin(self, record: Any, at: int) -> None:
        continues = getattr(record.payload, "history_base", None) is not None
        if not 0 <= record.ordinal < at and not continues:
            self._checker.tell(
                OrdinalBreak.NOT_FROM_ZERO, at, (at, "the first ordinal"), ordinal=record.ordinal
            )

    def _compare(self, ordinal: int, last: int, at: int) -> None:
        self._raise(last, self.at)
        if 0 < ordinal - self._highest <= at - self._highest_at:  # the lines between can hold what is missing
            return
        witnesses = (self.at, f"ordinal {last}"), (at, f"ordinal {ordinal}")
        if ordinal == last:
            what = OrdinalBreak.REPEATED
        elif ordinal < last:
            what = OrdinalBreak.REGRESSED
        elif ordinal - last - 1 > at - self.at - 1:
            what = OrdinalBreak.GAP
        else:
            return
        self._checker.tell(
            what,
            at,
            *witnesses,
            subject=f"line {at}",
            ordinal=ordinal,
            last=last,
            last_at=self.at,
            missing=ordinal - last - 1,
        )
