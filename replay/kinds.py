"""The event class of a record's payload, whichever form it has."""

from __future__ import annotations

from typing import cast

from turnfold.events import Event


def kind_of(payload: object) -> type[Event]:
    """Return the event class that a wire struct stands for; of an event its own class."""
    return cast("type[Event]", getattr(type(payload), "event", type(payload)))
