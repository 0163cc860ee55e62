"""Files with the `{"timestamp", "type", "payload"}` envelope: Codex since 0.34, and our own log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from turnfold.events import CodecError, from_payload
from turnfold.rollouts.dialects.base import MalformedRecord, NotARecord, as_object, decode_object, unknown
from turnfold.rollouts.record import Record, RecordLike
from turnfold.rollouts.wire import ENVELOPE, PAYLOADS, TAGS, OwnRecord

_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(ENVELOPE)


class EnvelopeDecoder:
    """Decodes a block of lines in one call; a line that is not as expected alone."""

    def block(self, data: bytes) -> Sequence[RecordLike] | None:
        try:
            return _decoder.decode_lines(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None

    def line(self, data: bytes) -> Sequence[RecordLike]:
        try:
            return [_decoder.decode(data)]
        except msgspec.ValidationError as error:
            raw = decode_object(data)
            if not isinstance(raw.get("type"), str):
                raise NotARecord("an object without a `type`") from None
            if is_known(raw):
                raise MalformedRecord(str(error)) from None
            return [unknown(raw)]


def is_known(raw: dict[str, Any]) -> bool:
    """Whether the record's type, and its payload's tag where it has one, are read by this version."""
    record_type, payload = raw["type"], as_object(raw.get("payload"))
    if record_type not in PAYLOADS:
        return False
    tags = TAGS.get(record_type)
    tag = payload.get("type") if payload is not None else None
    return tags is None or not isinstance(tag, str) or tag in tags


def open_own(record: RecordLike) -> RecordLike:
    """A record of our own type with its payload decoded to the event that it holds.

    Raises:
        MalformedRecord: the event's fields are not those of its kind and version.
    """
    own: OwnRecord = record.payload
    body: Any = msgspec.json.decode(own.body)
    try:
        event = from_payload(own.kind, own.version, body)
    except CodecError as error:
        raise MalformedRecord(str(error)) from error
    return Record(
        timestamp=record.timestamp,
        ordinal=record.ordinal,
        seq=record.seq,
        derived=record.derived,
        cause=record.cause,
        origin=record.origin,
        payload=event,
    )
