"""One look at the envelope of every record: its time, its ordinal, its sequence number.

A million lines pass through here, so the common case is three comparisons and nothing else.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from turnfold.events import SessionMetaRecorded, UnknownRecorded
from turnfold.replay.copies import time_s
from turnfold.replay.invariants.checker import Checker
from turnfold.replay.invariants.envelope.ordinals import Ordinals
from turnfold.replay.invariants.envelope.sequence import Sequence
from turnfold.replay.invariants.registry import class_of
from turnfold.rollouts import Dialect

STAMPED = (Dialect.CODEX, Dialect.PAGINATED, Dialect.OWN)
"""Dialects in which every line has a time."""

CREATION_SLACK_S = 1.0
"""The creation time and the first line are stamped one after the other, and not by one clock reading."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_parse = datetime.fromisoformat


class EnvelopeBreak(Enum):
    """What can be wrong with a record's envelope as such."""

    FIRST_IS_NO_META = auto()
    NO_TIME = auto()
    BACKWARDS = auto()
    BEFORE_CREATION = auto()


class Envelopes(Checker):
    """Keeps the last time, ordinal and sequence number."""

    def begin(self) -> None:
        self._is_first = True
        self._at = 0
        self._stamp: str | None = ""
        self._moment = _LONG_AGO
        self._ordinals = Ordinals(self)
        self._sequence = Sequence(self)

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
        if class_of(payload) is SessionMetaRecorded:
            self._creation(payload, at, record.timestamp, at)
        elif self.session.profile.dialect is not Dialect.APP_SERVER:
            self.tell(EnvelopeBreak.FIRST_IS_NO_META, at, payload=payload)
