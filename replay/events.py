"""Records as events: the vocabulary's frozen values, each in its envelope, for whoever wants more than a rule does.

Rules are handed wire structs because those are cheap. Whatever shows a session, folds its state or writes it again
takes events, which have all fields, and keep in `extra` what this version does not know.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import UnionType
from typing import Any, Final, cast, get_args, get_origin, get_type_hints

import attrs
import msgspec

from turnfold.events import (
    CodecError,
    Envelope,
    Event,
    Origin,
    SessionMetaRecorded,
    TokenUsage,
    from_payload,
    to_payload,
)
from turnfold.replay.lift_sources import DERIVED, PATHS, Fields, mapping
from turnfold.rollouts import Batch, Reader, RecordLike, open_source
from turnfold.rollouts.wire import Usage

NOTHING: Final[Mapping[str, Any]] = {}


@attrs.frozen
class Located:
    """An event in its envelope, and the 1-based line that it stands on."""

    envelope: Envelope
    line: int


@attrs.frozen
class Missing:
    """A field that is taken from the plain payload."""

    name: str
    allowed: tuple[type[Any], ...]
    """Classes that its value may have."""
    derive: Callable[[Fields], Any] | None
    """How it is worked out; None where it stands under one of `paths`."""
    paths: tuple[tuple[str, ...], ...]
    """Where it may stand: keys from the outside in."""


@attrs.frozen
class Shape:
    """How a wire struct becomes an event."""

    event: type[Event]
    shared: tuple[str, ...]
    """Fields that struct and event have under one name."""
    missing: tuple[Missing, ...]
    """Fields of the event that the struct does not read."""
    spoken_for: frozenset[str]
    """Keys of the payload that go into a field."""


_shapes: dict[type[Any], Shape] = {}


def shape_of(struct: type[Any]) -> Shape:
    """Compare a wire struct with its event, once."""
    shape = _shapes.get(struct)
    if shape is None:
        shape = _shapes[struct] = _compared(struct)
    return shape


def _compared(struct: type[Any]) -> Shape:
    event: type[Event] = struct.event
    names = [name for name in attrs.fields_dict(event) if name != "extra"]
    shared = tuple(name for name in names if hasattr(struct, name))
    renamed = zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True)
    taken = {wire for name, wire in renamed if name in shared}
    taken |= {path for paths in PATHS.get(event, {}).values() for path in paths if "." not in path}
    hints = get_type_hints(event)
    missing = tuple(_missing(event, name, hints[name]) for name in names if name not in shared)
    return Shape(event, shared, missing, frozenset({"type", *names, *taken}))


def _missing(event: type[Event], name: str, hint: Any) -> Missing:
    derive = DERIVED.get(event, {}).get(name)
    paths = PATHS.get(event, {}).get(name, (name,))
    return Missing(name, _classes(hint), derive, tuple(tuple(path.split(".")) for path in paths))


def _classes(hint: Any) -> tuple[type[Any], ...]:
    """The classes that a type hint allows; `object` allows all."""
    parts: tuple[Any, ...] = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return tuple(get_origin(part) or part for part in parts)


def lift(payload: object, raw: Mapping[str, Any] | None = None) -> Event:
    """Return the event of a record's payload.

    *raw* is the payload as plain JSON; without it, fields that no struct reads keep their defaults. An event is
    returned as it is.
    """
    if isinstance(payload, Event):
        return payload
    shape = shape_of(type(payload))
    raw = NOTHING if raw is None else raw
    fields = {name: _value(getattr(payload, name)) for name in shape.shared}
    fields |= _read(shape, raw)
    extra = {key: value for key, value in raw.items() if key not in shape.spoken_for}
    return shape.event(**fields, extra=extra)


def _value(value: Any) -> Any:
    if isinstance(value, Usage):
        return TokenUsage(**{name: getattr(value, name) for name in Usage.__struct_fields__})
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value


def _read(shape: Shape, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the fields that the struct leaves out, as far as *raw* has them in the right type."""
    found: dict[str, Any] = {}
    for field in shape.missing:
        value = _first(raw, field.paths) if field.derive is None else field.derive(raw)
        # A foreign file may hold anything, and a field only what its type says.
        if value is not None and (object in field.allowed or type(value) in field.allowed):
            found[field.name] = value
    return found


def _first(raw: Mapping[str, Any], paths: tuple[tuple[str, ...], ...]) -> Any:
    """The first value that one of *paths* leads to, or None."""
    for first, *rest in paths:
        value: Any = raw.get(first)
        for key in rest:
            value = mapping(value).get(key)
        if value is not None:
            return value
    return None


def read_events(path: str | os.PathLike[str]) -> Iterator[Located]:
    """Yield the events of the file at *path* (`-` is standard input). Raises SourceError when it cannot be opened."""
    with open_source(path) as source:
        yield from located_of(Reader(source))


def located_of(reader: Reader) -> Iterator[Located]:
    """Yield the events of *reader* in their envelopes, numbered on where a record has no `seq` of its own.

    A record that says so, or that repeats the `seq` before it, is a derived twin.
    """
    session_id: str | None = None
    last = -1
    for batch in reader.batches():
        for record, line, whole in _with_raw(batch):
            event = _event_of(record, whole)
            if session_id is None and isinstance(event, SessionMetaRecorded):
                session_id = event.session_id
            seq = last + 1 if record.seq is None else record.seq
            is_derived = record.derived is True
            envelope = Envelope(
                session_id=session_id,
                seq=seq,
                at_us=time_us(record.timestamp),
                at_text=record.timestamp or "",
                cause=record.cause if isinstance(record.cause, str) else None,
                origin=Origin.DERIVED
                if is_derived or seq == last
                else _ORIGINS.get(record.origin, _RECORDED),
                ordinal=record.ordinal,
                event=event,
            )
            # The original of a copy is still to come, under the same number.
            last = seq - 1 if is_derived else seq
            yield Located(envelope, line)


_RECORDED: Final = Origin.RECORDED
_ORIGINS: Final[Mapping[object, Origin]] = {Origin.INFERRED.value: Origin.INFERRED}


def _event_of(record: RecordLike, whole: Mapping[str, Any]) -> Event:
    """The event of a record, and of our own log exactly the one that was written."""
    if isinstance(record.payload, Event):
        return record.payload
    raw = mapping(whole.get("payload", whole)) if whole else None
    event = lift(record.payload, raw)
    own = whole.get("own")
    return event if own is None or record.seq is None else _restored(event, mapping(own))


def _restored(event: Event, own: Fields) -> Event:
    """The event without the keys that were added for Codex, and with the fields that Codex's form cannot say."""
    added, fields = own.get("added"), mapping(own.get("set"))
    if isinstance(added, list):
        kept = {key: value for key, value in event.extra.items() if key not in cast("Sequence[Any]", added)}
        event = attrs.evolve(event, extra=kept)
    if not fields:
        return event
    try:
        return from_payload(event.kind, event.version, {**to_payload(event), **fields})
    except CodecError:  # a foreign key of the same name: what the payload says still holds
        return event


def _with_raw(batch: Batch) -> Iterator[tuple[RecordLike, int, Mapping[str, Any]]]:
    """The records of a batch with their lines, the lines also as plain JSON; nothing of a line that was damaged."""
    texts = batch.block.data.split(b"\n")
    shared = {line for line, count in Counter(batch.lines).items() if count > 1}
    for record, line in zip(batch.records, batch.lines, strict=True):
        needs = not isinstance(record.payload, Event) and line not in shared
        yield record, line, _plain(texts[line - batch.block.first_line]) if needs else NOTHING


def _plain(text: bytes) -> Mapping[str, Any]:
    try:
        line: Any = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return NOTHING
    return mapping(line)


EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def time_us(text: str | None) -> int | None:
    """An ISO time as microseconds since 1970-01-01 UTC; None when it is no time."""
    try:
        stamp = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return ((stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)) - EPOCH) // timedelta(microseconds=1)
