"""An envelope as the lines of our own log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeGuard, cast

import msgspec

from turnfold.events import (
    AbortMarkerRecorded,
    CodecError,
    Envelope,
    Event,
    MessageRecorded,
    Origin,
    UnknownRecorded,
    UserInputRecorded,
    item_of,
    to_payload,
)
from turnfold.rollouts.recorder.form import Fields
from turnfold.rollouts.recorder.forms import form_of, unsaid

LEVELS_MAX: Final = 200
"""Levels of nesting that are written; what lies deeper is left out, since no reader can be trusted with it."""

SHOWN_MAX: Final = 10_000
"""Characters that are kept of a value which JSON does not have."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_encode: Final = msgspec.json.Encoder().encode


def lines_of(envelope: Envelope) -> list[bytes]:
    """Return the lines of one event, each with its newline. Never fails.

    The last line is the event. A line before it, marked `derived`, says the same once more in the form in which Codex
    wants to find it: a user's message and an abort's marker for the model, an agent's message for clients. Codex
    writes those copies in this order too. An event that Codex does not keep is a record of type `turnfold`.

    Times have milliseconds, as all of Codex's. Text that is half a character becomes U+FFFD, and a value that JSON
    does not have becomes its text.
    """
    try:
        return [_encode(line) + b"\n" for line in _lines(envelope)]
    except (TypeError, ValueError, OverflowError, RecursionError):
        return [_encode(_clean(line, LEVELS_MAX)) + b"\n" for line in _lines(envelope)]


def _lines(envelope: Envelope) -> list[Fields]:
    event = envelope.event
    head: Fields = {"timestamp": stamp(envelope), "seq": envelope.seq}
    twin = twin_of(event)
    lines = [] if twin is None else [{**head, "derived": True, "type": twin[0], "payload": twin[1]}]
    if envelope.cause is not None:
        head["cause"] = envelope.cause
    if envelope.origin is Origin.INFERRED:
        head["origin"] = envelope.origin.value
    form = form_of(event)
    if form is None:
        return [*lines, {**head, "type": "turnfold", "payload": _own_record(event)}]
    line = {**head, "type": form.record_type, "payload": form.payload}
    own = unsaid(event, form)
    return [*lines, {**line, "own": own} if own else line]


def stamp(envelope: Envelope) -> str:
    """The time of an envelope as lines have it: UTC with milliseconds and `Z`; its own text where it has no time."""
    if envelope.at_us is None:
        return envelope.at_text
    try:
        moment = _EPOCH + timedelta(microseconds=envelope.at_us)
    except OverflowError:
        return envelope.at_text
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def twin_of(event: Event) -> tuple[str, Fields] | None:
    """Record type and payload of the copy that Codex has of an event beside the event's own record."""
    match event:
        case UserInputRecorded() if event.message is not None or "content" in event.extra:
            return "response_item", item_of(event) or {}
        case AbortMarkerRecorded():
            return "response_item", item_of(event) or {}
        case MessageRecorded(role="assistant", text=str(text)) if text:
            phase = {} if event.phase is None else {"phase": event.phase}
            return "event_msg", {"type": "agent_message", "message": text, **phase}
        case _:
            return None


def _own_record(event: Event) -> Fields:
    if isinstance(event, UnknownRecorded) and event.record_version is not None and not event.extra:
        return {"kind": event.record_type, "version": event.record_version, "body": event.payload}
    try:
        body: object = to_payload(event)
    except CodecError:  # an `extra` that hides a field, or a class of somebody else: say what can be said
        return {"kind": "unknown_recorded", "version": 1, "body": _unreadable(event)}
    return {"kind": event.kind, "version": event.version, "body": body}


def _unreadable(event: Event) -> Fields:
    return {"record_type": event.kind, "payload": {"shown": repr(event)}}


def _clean(value: Any, levels: int) -> Any:
    """A value that can be written as JSON and read again by anybody."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else str(value)
    if levels and _is_dict(value):
        return {_clean(str(key), 0): _clean(item, levels - 1) for key, item in value.items()}
    if levels and isinstance(value, list | tuple):
        return [_clean(item, levels - 1) for item in cast("Sequence[Any]", value)]
    if isinstance(value, dict | list | tuple):
        return "…"  # deeper than anybody reads
    try:
        return _clean(repr(value)[:SHOWN_MAX], 0)
    except Exception:  # noqa: BLE001  a journal takes everything, also what cannot even be shown
        return type(value).__name__


def _is_dict(value: object) -> TypeGuard[dict[Any, Any]]:
    return isinstance(value, dict)
