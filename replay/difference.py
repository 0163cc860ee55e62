"""Where two sessions part: the first pair of records that do not say the same.

Records are compared in order, one by one, as both files are read. Times do not count and ids may be others, as long
as they are others throughout. Two files of one dialect are compared as they stand; of different ones, or where
one version records less, the events are compared that both can show, with the fields that both have.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import islice, zip_longest
from typing import Any, Final

import attrs
import msgspec

from turnfold.events import Event, SessionMetaRecorded, UnknownRecorded
from turnfold.replay.comparing import Comparison, Difference, Ignorable, Manner
from turnfold.replay.events import lift
from turnfold.replay.lift_sources import mapping
from turnfold.replay.record_texts import texts_of
from turnfold.replay.showing import comparable
from turnfold.rollouts import Change, Dialect, Line, Profile, Repair, open_source, profile_of
from turnfold.rollouts.record import kind_of

FOLLOWING: Final = 3
"""How many records after the first difference are told."""


@attrs.frozen(kw_only=True)
class Place:
    """A record in one of the files."""

    line: int
    kind: str
    """Record type and payload type, or the kind of the event."""
    text: str
    """The first text in it; empty where there is none."""


@attrs.frozen(kw_only=True)
class Parting:
    """Where they part."""

    a: Place | None
    """The first record that is not the same; None where this file has ended."""
    b: Place | None
    differences: tuple[Difference, ...]
    """In what, where both have a record of the same kind."""
    next_a: tuple[Place, ...]
    """What follows."""
    next_b: tuple[Place, ...]


@attrs.frozen(kw_only=True)
class Diff:
    """What came of comparing two files."""

    common: int
    """How many records are the same at the beginning."""
    last_common: tuple[Place, Place] | None
    parting: Parting | None
    """None where the sessions are the same."""
    dialects: tuple[Dialect | None, Dialect | None]
    by_events: bool
    """Whether events were compared, since the two kinds of file do not hold the same records."""
    damaged: tuple[int, int]
    """Damaged places that were passed over in each, as far as it was read."""

    @property
    def prefix(self) -> str | None:
        """`a` or `b`, if that file is the beginning of the other one."""
        if self.parting is None or (self.parting.a is not None and self.parting.b is not None):
            return None
        return "a" if self.parting.a is None else "b"


@attrs.frozen
class Entry:
    """A record to be compared."""

    line: Line
    kind: str
    value: Mapping[str, Any]

    @property
    def place(self) -> Place:
        """The same for showing."""
        data = self.line.data
        text = next((data[one.start : one.end] for one in texts_of(data) if one.end - one.start > 1), b"")
        return Place(line=self.line.number, kind=self.kind, text=_decoded(text))


class Side:
    """One of the two files, read once."""

    def __init__(self, repair: Repair) -> None:
        self.damaged = 0
        self._repair = repair
        self._lines = repair.lines()
        self._first = next((line for line in self._lines if line.records), None)
        self.dialect = repair.dialect
        self.profile = _profile(self.dialect, self._first)

    def entries(self, common: frozenset[type[Event]], *, by_events: bool) -> Iterator[Entry]:
        """The records that the other file could hold as well."""
        if self._first is not None:
            yield from _entries(self._first, common, by_events=by_events)
        for line in self._lines:
            yield from _entries(line, common, by_events=by_events)


def diff(a: str | os.PathLike[str], b: str | os.PathLike[str], manner: Manner | None = None) -> Diff:
    """Compare the sessions in the files *a* and *b*.

    Memory does not grow with the files, but with the number of distinct ids. Raises SourceError when one of them
    cannot be opened or read.
    """
    manner = manner or Manner()
    damage: tuple[list[Change], list[Change]] = ([], [])
    with ExitStack() as stack:
        sources = [stack.enter_context(open_source(path)) for path in (a, b)]
        one, two = (Side(Repair(source, notes.append)) for source, notes in zip(sources, damage, strict=True))
        common = comparable(one.profile, two.profile)
        by_events = one.dialect is not two.dialect or one.profile.visible != two.profile.visible
        if Ignorable.IDENTITY in manner.ignored:
            common -= {SessionMetaRecorded}
        found = _compared(
            one.entries(common, by_events=by_events),
            two.entries(common, by_events=by_events),
            Comparison(attrs.evolve(manner, known_only=by_events)),
        )
        return attrs.evolve(
            found,
            dialects=(one.dialect, two.dialect),
            by_events=by_events,
            damaged=(len(damage[0]), len(damage[1])),
        )


def _compared(one: Iterator[Entry], two: Iterator[Entry], comparison: Comparison) -> Diff:
    count, last, parting = 0, None, None
    for a, b in zip_longest(one, two):
        if a is not None and b is not None and a.kind == b.kind:
            differences = comparison.differences(a.value, b.value)
            if not differences:
                count, last = count + 1, (a, b)
                continue
        else:
            differences = []
        parting = Parting(
            a=a.place if a else None,
            b=b.place if b else None,
            differences=tuple(differences),
            next_a=tuple(entry.place for entry in islice(one, FOLLOWING)),
            next_b=tuple(entry.place for entry in islice(two, FOLLOWING)),
        )
        break
    return Diff(
        common=count,
        last_common=(last[0].place, last[1].place) if last else None,
        parting=parting,
        dialects=(None, None),
        by_events=False,
        damaged=(0, 0),
    )


def _profile(dialect: Dialect | None, first: Line | None) -> Profile:
    """What the file can show, by its dialect and by what its first record says of its producer."""
    payload = first.records[0].payload if first else None
    client, version = getattr(payload, "originator", None), getattr(payload, "cli_version", None)
    return profile_of(dialect or Dialect.CODEX, client, version)


def _entries(line: Line, common: frozenset[type[Event]], *, by_events: bool) -> Iterator[Entry]:
    if not line.records:
        return
    raw: dict[str, Any] = msgspec.json.decode(line.data)
    payloads = [record.payload for record in line.records]
    kinds = [kind_of(payload) for payload in payloads]
    if not by_events:
        if any(kind in common or kind is UnknownRecorded for kind in kinds):
            yield Entry(line, _kind(raw), raw)
        return
    for payload, kind in zip(payloads, kinds, strict=True):
        if kind in common:
            event = lift(payload, raw.get("payload", raw))
            fields = attrs.asdict(event, filter=lambda field, _value: field.name != "extra")
            yield Entry(line, event.kind, fields)


def _kind(raw: Mapping[str, Any]) -> str:
    """`event_msg/task_started`; of a message in a capture, its method."""
    payload = mapping(raw.get("payload"))
    tags = (raw.get("type"), payload.get("type", payload.get("kind")))
    named = "/".join(str(tag) for tag in tags if tag)
    return named or str(raw.get("method") or raw.get("record_type") or "record")


def _decoded(text: bytes) -> str:
    decoded: str = msgspec.json.decode(b'"' + text + b'"')
    return decoded
