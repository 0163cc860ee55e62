"""One look at the envelope of every record: its time, its ordinal, its sequence number.

A million lines pass through here, so the common case is three comparisons and nothing else.
"""

from __future__ import annotations

from collections import abc
from datetime import UTC, datetime
from enum import Enum, auto
from operator import attrgetter
from typing import Any

from msgspec import Struct

from turnfold.events import SessionMetaRecorded, UnknownRecorded
from turnfold.replay.copies import time_s
from turnfold.replay.invariants.checker import Checker
from turnfold.replay.invariants.envelope.ordinals import Ordinals
from turnfold.replay.invariants.envelope.sequence import Sequence
from turnfold.rollouts import Dialect
from turnfold.rollouts.record import kind_of

STAMPED = (Dialect.CODEX, Dialect.PAGINATED, Dialect.OWN)
"""Dialects in which every line has a time."""

CREATION_SLACK_S = 1.0
"""The creation time and the first line are stamped one after the other, and not by one clock reading."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_parse = datetime.fromisoformat
_stamp_of, _ordinal_of, _seq_of = attrgetter("timestamp"), attrgetter("ordinal"), attrgetter("seq")


_SHAPE = "0000-00-00T00:00:00.000Z"
_WIDTH = len(_SHAPE)
_HOUR = len("0000-00-00T00:")
_TENS = (_HOUR, _HOUR + len("00:"))
"""Where the tens of minutes and of seconds stand."""
_TO_SHAPE = str.maketrans("123456789", "000000000")


def latest_of(stamps: list[Any], after: datetime) -> datetime | None:
    """The last of some times, if all are valid, of one hour, in order and not before *after*; else None.

    Written with the few calls that look at all of them at once: within an hour, valid times of the usual form are
    in order exactly if their texts are.
    """
    try:
        text = "".join(stamps)
        first, last = _parse(stamps[0]), _parse(stamps[-1])
        if first < after or text[:_HOUR] != text[-_WIDTH : _HOUR - _WIDTH]:
            return None
    except (TypeError, ValueError):  # one has no time; or the first or last is none, or without a zone
        return None
    is_usual = text.translate(_TO_SHAPE) == _SHAPE * len(stamps) and stamps == sorted(stamps)
    return last if is_usual and all(max(text[at::_WIDTH]) < "6" for at in _TENS) else None


class EnvelopeBreak(Enum):
    """What can be wrong with a record's envelope as such."""

    FIRST_IS_NO_META = auto()
    NO_TIME = auto()
    BACKWARDS = auto()
    BEFORE_CREATION = auto()
    REPEATED = auto()


class Envelopes(Checker):
    """Keeps the last time, ordinal and sequence number."""

    def begin(self) -> None:
        self._is_first = True
        self._at = 0
        self._payload: Any = None
        self._stamp: str | None = ""
        self._moment = _LONG_AGO
        self._ordinals = Ordinals(self)
        self._sequence = Sequence(self)

    def takes(self, records: abc.Sequence[Any], lines: abc.Sequence[int]) -> bool:
        if self._is_first or not records:
            return False
        stamps = list(map(_stamp_of, records))
        if len({self._stamp, *stamps}) <= len(stamps) and self._may_repeat(records):
            return False
        moment = latest_of(stamps, self._moment)
        ordinals, count = self._ordinals, len(records)
        start = ordinals.next
        expected = [None] * count if start is None else list(range(start, start + count))
        if moment is None or expected != list(map(_ordinal_of, records)):
            return False
        if list(map(_seq_of, records)) != [None] * count:
            return False
        self._moment, self._stamp, self._at = moment, stamps[-1], lines[-1]
        self._payload = records[-1].payload
        if start is not None:
            ordinals.next, ordinals.at = start + count, lines[-1]
        return True

    def record(self, record: Any, at: int) -> None:
        stamp = record.timestamp
        if stamp != self._stamp:
            try:
                moment = _parse(stamp)
                if moment < self._moment:
                    self._back(record, at, (self._moment - moment).total_seconds())
                self._moment = moment
            except (TypeError, ValueError):  # none, no time, or a time without a zone
                self._no_time(record, at)
            self._stamp = stamp
        elif type(record.payload) is type(self._payload) and stamp is not None:
            self._compare(record.payload, at)
        self._payload = record.payload
        ordinals = self._ordinals
        if record.ordinal != ordinals.next:
            if self._is_first:
                self._first(record, at)
            ordinals.unexpected(record, at)
        elif ordinals.next is not None:
            ordinals.next += 1
            ordinals.at = at
        if record.seq is not None:
            self._sequence.take(record, at)
        self._at = at

    def _may_repeat(self, records: abc.Sequence[Any]) -> bool:
        """Whether some record is of the time and the kind of the one before it."""
        stamp, before = self._stamp, self._payload
        for record in records:
            if record.timestamp == stamp and type(record.payload) is type(before):
                return True
            stamp, before = record.timestamp, record.payload
        return False

    def _compare(self, payload: Any, at: int) -> None:
        """A record of the time and the kind of the one before it."""
        before, session = self._at, self.session
        if at - before > 1 or session.in_copy or payload != self._payload:
            return
        if (
            session.profile.dialect is Dialect.BARE
        ):  # the time of its header is the session's, not the record's
            return
        if isinstance(payload, Struct):  # it has only what some rule reads: the line itself must say the rest
            lines = session.text_of(before), session.text_of(at)
            if lines[0] is None or lines[0] != lines[1]:
                return
        witnesses = (before, "the record"), (at, "the same again")
        self.tell(
            EnvelopeBreak.REPEATED,
            at,
            *witnesses,
            subject=f"line {at}",
            first_at=before,
            timestamp=self._stamp,
        )

    def _no_time(self, record: Any, at: int) -> None:
        # A record that was not read is of an unknown form, or damage already.
        is_read = type(record.payload) is not UnknownRecorded
        if is_read and self.session.profile.dialect in STAMPED:
            self.tell(EnvelopeBreak.NO_TIME, at, (at, "the record"), timestamp=record.timestamp)

    def _back(self, record: Any, at: int, by_s: float) -> None:
        # Rows that a fork copies keep their old times in some versions, and are stamped anew in others.
        if self.session.profile.dialect not in STAMPED or self.session.in_copy:
            return
        witnesses = (self._at, "the later time"), (at, "the earlier time, further down")
        self.tell(
            EnvelopeBreak.BACKWARDS,
            at,
            *witnesses,
            subject=f"line {at}",
            before=self._stamp,
            timestamp=record.timestamp,
            by_s=round(by_s, 3),
        )
        meta = self.session.identity
        if meta is not None:
            self._creation(meta, self.session.identity_at, record.timestamp, at)

    def _creation(self, meta: Any, meta_at: int, stamp: str | None, at: int) -> None:
        """Compare the present time with the session's creation."""
        created = time_s(meta.created_at_text)
        stamped = time_s(stamp)
        if created is not None and stamped is not None and stamped < created - CREATION_SLACK_S:
            self.tell(
                EnvelopeBreak.BEFORE_CREATION,
                at,
                (meta_at, "says when the session was created"),
                (at, "is older"),
                subject=f"line {at}",
                created=meta.created_at_text,
                timestamp=stamp,
            )

    def _first(self, record: Any, at: int) -> None:
        self._is_first = False
        payload = record.payload
        if kind_of(payload) is SessionMetaRecorded:
            self._creation(payload, at, record.timestamp, at)
        elif self.session.profile.dialect is not Dialect.APP_SERVER:
            self.tell(EnvelopeBreak.FIRST_IS_NO_META, at, payload=payload)
