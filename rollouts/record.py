"""What every dialect makes of a line."""

from __future__ import annotations

from typing import Any, Protocol, cast

import msgspec

from turnfold.events import Event


class RecordLike(Protocol):
    """An envelope with its payload: a wire line, or a `Record` that a dialect built.

    `payload` is a wire struct or an event; both have the attributes that rules read.
    """

    timestamp: str | None
    ordinal: int | None
    seq: int | None
    derived: Any
    """True in our own log for a copy, for readers of Codex's form, of the event that follows under the same `seq`."""
    cause: Any
    """In our own log: what brought the event about."""
    origin: Any
    """In our own log: `inferred` for an event that nobody saw happen."""
    payload: Any


class Record(msgspec.Struct, gc=False, kw_only=True):
    """A record that was not decoded in one piece: from a bare file, a capture, or a repaired line."""

    payload: Any
    timestamp: str | None = None
    ordinal: int | None = None
    seq: int | None = None
    derived: Any = None
    cause: Any = None
    origin: Any = None


def kind_of(payload: object) -> type[Event]:
    """Return the event class that a wire struct stands for; of an event its own class."""
    return kind_of_class(type(payload))


def kind_of_class(payload_class: type[Any]) -> type[Event]:
    """Return the event class of all payloads of one class."""
    return cast("type[Event]", getattr(payload_class, "event", payload_class))
