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
    payload: Any


class Record(msgspec.Struct, gc=False, kw_only=True):
    """A record that was not decoded in one piece: from a bare file, a capture, or a repaired line."""

    payload: Any
    timestamp: str | None = None
    ordinal: int | None = None
    seq: int | None = None


def kind_of(payload: object) -> type[Event]:
    """Return the event class that a wire struct stands for; of an event its own class."""
    return kind_of_class(type(payload))


def kind_of_class(payload_class: type[Any]) -> type[Event]:
    """Return the event class of all payloads of one class."""
    return cast("type[Event]", getattr(payload_class, "event", payload_class))
