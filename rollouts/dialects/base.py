"""What a dialect does: turn the lines of one source into records."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, ClassVar, Protocol, cast

import msgspec

from turnfold.events import UnknownRecorded
from turnfold.rollouts.record import Record, RecordLike


class Dialect(StrEnum):
    """The forms of session record that turnfold reads."""

    BARE = "bare"
    """Files of mid 2025: a header line without `type`, then response items without envelope."""
    CODEX = "codex"
    """`{"timestamp", "type", "payload"}` (Codex 0.34 on)."""
    PAGINATED = "codex-paginated"
    """The same with `ordinal` on every line (0.150 on)."""
    APP_SERVER = "app-server"
    """A capture of the JSON-RPC messages between a client and `codex app-server`."""
    OWN = "turnfold"
    """Our own log: the Codex envelope with `seq`, and records of type `turnfold`."""


class MalformedRecord(Exception):
    """A record of a known type whose fields have the wrong shape. Its text says which and how."""

    code: ClassVar[str] = "TF012"


class NotARecord(MalformedRecord):
    """JSON, but nothing that says of what type it is."""

    code: ClassVar[str] = "TF011"


class LineDecoder(Protocol):
    """The decoding half of a dialect; may keep state from line to line."""

    def block(self, data: bytes) -> Sequence[RecordLike] | None:
        """All records of some whole, undamaged lines, or None when they must be taken one by one."""
        ...

    def line(self, data: bytes) -> Sequence[RecordLike]:
        """The records of one undamaged line: a JSON object in valid UTF-8.

        Raises:
            MalformedRecord: a known type in the wrong shape.
        """
        ...


def as_object(value: Any) -> dict[str, Any] | None:
    """A JSON value as an object, or None if it is no object."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def unknown(raw: dict[str, Any]) -> Record:
    """A record that this version cannot read, kept whole."""
    ordinal, seq, stamp = raw.get("ordinal"), raw.get("seq"), raw.get("timestamp")
    payload = raw.get("payload", raw)
    tag = (as_object(payload) or {}).get("type")
    name = str(raw.get("type")) + (f"/{tag}" if tag else "")
    return Record(
        timestamp=stamp if isinstance(stamp, str) else None,
        ordinal=ordinal if isinstance(ordinal, int) else None,
        seq=seq if isinstance(seq, int) else None,
        payload=UnknownRecorded(record_type=name, payload=payload),
    )


def decode_object(data: bytes) -> dict[str, Any]:
    """One JSON object as a dict.

    Raises:
        MalformedRecord: it is some other JSON value.
    """
    raw = as_object(msgspec.json.decode(data))
    if raw is None:
        raise NotARecord("a JSON value that is no object")
    return raw
