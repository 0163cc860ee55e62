"""Our own form of events: `{"seq": 7, "event": {"kind": "turn_started", "version": 1, "payload": {...}}}`.

A field that has its default is left out. A kind, a version or a field from the future is carried along: it
is read into `UnknownRecorded` or `extra`, and written as it was. The libraries that do the work are imported
with the first call, so that whoever only needs the classes does not wait for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from turnfold.events.base import Event
from turnfold.events.envelope import Envelope

if TYPE_CHECKING:
    from turnfold.events.converter import EventConverter


def encode(envelope: Envelope) -> bytes:
    """Return the envelope as one line of JSON, without a newline.

    CodecError for an event outside the vocabulary, for an `extra` that hides a field, and for values that are
    no JSON.
    """
    return _converter().encode(envelope)


def decode(line: bytes | str) -> Envelope:
    """Return the envelope that one line holds.

    CodecError for what is no JSON object of the right shape, naming kind, field and remedy.
    """
    return _converter().decode(line)


def to_payload(event: Event) -> dict[str, object]:
    """Return the fields of `event` as plain JSON values, without kind and version.

    CodecError for an event outside the vocabulary and for an `extra` that hides a field.
    """
    return _converter().to_payload(event)


def from_payload(kind: str, version: int, payload: Mapping[str, object]) -> Event:
    """Return the event of that kind, lifted from an older version where need be.

    An unknown kind, or a version from the future, gives `UnknownRecorded`. CodecError when a field is missing
    or has the wrong type.
    """
    return _converter().from_payload(kind, version, payload)


@cache
def _converter() -> EventConverter:
    from turnfold.events.converter import EventConverter

    return EventConverter()
