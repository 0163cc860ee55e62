"""A walk through a session: its records one by one, with what their typed form leaves out.

Wire structs hold only what rules read. Views for people also want what was called and what came back; a moment
decodes its line once more when it is asked for that, and only then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import msgspec

from turnfold.events import Event
from turnfold.replay.copies import time_s
from turnfold.rollouts import Batch, Damage, Profile, Reader, RecordLike
from turnfold.rollouts.record import kind_of

Fields = Mapping[str, Any]
_untyped = msgspec.json.Decoder()


class Moment:
    """One record of a session."""

    __slots__ = ("_batch", "_fields", "at_s", "kind", "line", "payload", "record")

    def __init__(self, record: RecordLike, line: int, batch: Batch) -> None:
        self.record = record
        self.line = line
        """1-based line that it stands on."""
        self.payload: Any = record.payload
        self.kind: type[Event] = kind_of(record.payload)
        self.at_s = time_s(record.timestamp)
        """Its time in unix seconds; None where it has none."""
        self._batch = batch
        self._fields: Fields | None = None

    @property
    def number(self) -> int | None:
        """`seq` in a log of ours, the ordinal in a paginated file, else None."""
        return self.record.ordinal if self.record.seq is None else self.record.seq

    def detail(self, *names: str) -> Any:
        """The first of some fields that is there, typed or not; None where there is none."""
        for name in names:
            value = getattr(self.payload, name, None)
            value = self._raw().get(name) if value is None else value
            if value is not None:
                return value
        return None

    def _raw(self) -> Fields:
        if isinstance(self.payload, Event):
            return {}  # it is whole already
        if self._fields is None:
            self._fields = _payload_in(self._batch.text_of(self.line) or b"")
        return self._fields


class Walk:
    """Iterate over it once. `profile` changes where the producer does, before the moments that it holds for."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.last_damage: Damage | None = None
        """The last damaged place so far."""

    @property
    def profile(self) -> Profile:
        """The producer of the moments that come now."""
        return self._reader.profile

    def __iter__(self) -> Iterator[Moment]:
        for batch in self._reader.batches():
            self.last_damage = max((self.last_damage, *batch.damage), key=_line_of)
            for record, line in zip(batch.records, batch.lines, strict=True):
                yield Moment(record, line, batch)


def _line_of(damage: Damage | None) -> int:
    return 0 if damage is None else damage.line


def _payload_in(line: bytes) -> Fields:
    """The payload of a line as it stands; nothing where damage keeps it from being read."""
    try:
        raw: Any = _untyped.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    payload: Any = cast("dict[str, Any]", raw).get("payload", raw) if isinstance(raw, dict) else None
    return cast("dict[str, Any]", payload) if isinstance(payload, dict) else {}
