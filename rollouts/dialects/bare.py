"""Bare files of mid 2025: a header without `type`, response items without envelope, state rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from turnfold.events import ForeignStateRecorded
from turnfold.rollouts.dialects.base import MalformedRecord, NotARecord, decode_object, unknown
from turnfold.rollouts.record import Record, RecordLike
from turnfold.rollouts.wire import BARE, TAGS
from turnfold.rollouts.wire.session import SessionMeta

_items: msgspec.json.Decoder[Any] = msgspec.json.Decoder(BARE)


def is_header(raw: dict[str, Any]) -> bool:
    """`{"id", "timestamp", "instructions", "git"?}`: the first line of a bare file."""
    return "type" not in raw and "record_type" not in raw and isinstance(raw.get("id"), str)


class BareDecoder:
    """Line by line: the three kinds of line have no common tag."""

    def block(self, data: bytes) -> Sequence[RecordLike] | None:
        return None

    def line(self, data: bytes) -> Sequence[RecordLike]:
        raw = decode_object(data)
        if "record_type" in raw:
            return [Record(payload=ForeignStateRecorded(extra=raw))]
        if not is_header(raw) and not isinstance(raw.get("type"), str):
            raise NotARecord("an object without a `type`")
        try:
            if is_header(raw):
                return [Record(timestamp=raw.get("timestamp"), payload=msgspec.convert(raw, SessionMeta))]
            return [Record(payload=_items.decode(data))]
        except msgspec.ValidationError as error:
            if raw.get("type") in TAGS["response_item"] or is_header(raw):
                raise MalformedRecord(str(error)) from None
            return [unknown(raw)]
