"""The chain of sequence numbers in our own log: by one, and twice only for twins."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from turnfold.events import Event
from turnfold.rollouts import Dialect
from turnfold.rollouts.record import kind_of

if TYPE_CHECKING:
    from turnfold.replay.invariants.checker import Checker


class SequenceBreak(Enum):
    """What can be wrong with sequence numbers."""

    GAP = auto()
    REPEATED = auto()


class Sequence:
    """What is expected next. Lines without a number, such as those that Codex appended, are passed over."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._next: int | None = None
        self._at = 0
        self._payload_class: type[Event] | None = None
        """Event class of the last number; None once its twin was seen."""

    def take(self, record: Any, at: int) -> None:
        """A record with a sequence number."""
        session = self._checker.session
        seq, payload_class = record.seq, kind_of(record.payload)
        if self._next is None:  # a log that Codex began may have any number first
            self._next = 0 if session.profile.dialect is Dialect.OWN else int(seq)
        if seq == self._next - 1 and self._payload_class not in (None, payload_class):
            self._payload_class = None
            return
        # Numbers may be missing because their lines were lost. In a live session there are no lines to lose.
        lost = at - self._at - 1 if session.file else 0
        if seq < self._next:
            self._tell(SequenceBreak.REPEATED, seq, self._next, at)
        elif seq > self._next + lost:
            self._tell(SequenceBreak.GAP, seq, self._next, at)
        # A copy that is still here contradicts its original, and so is no twin of it.
        self._payload_class = None if record.derived is True else payload_class
        self._next, self._at = max(seq + 1, self._next), at

    def _tell(self, what: SequenceBreak, seq: int, expected: int, at: int) -> None:
        witnesses = [(self._at, "the number before")] if self._at else []
        self._checker.tell(
            what,
            at,
            *witnesses,
            (at, f"seq {seq}"),
            subject=f"line {at}",
            seq=seq,
            expected=expected,
            missing=seq - expected,
        )
