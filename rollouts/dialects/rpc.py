"""JSON-RPC messages as captures hold them: one object a line, with or without a mark of who sent it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, TypeVar, cast

import msgspec

from turnfold.rollouts.dialects.base import MalformedRecord

T = TypeVar("T", bound=msgspec.Struct)

MessageId = int | str
"""A request's id. 0 and "0" are two ids; client and server count theirs independently of each other."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ANSWER_KEYS = frozenset({"decision", "answers", "action", "permissions", "contentItems"})


class Sender(Enum):
    """Who sent a message."""

    CLIENT = auto()
    SERVER = auto()


class RpcError(msgspec.Struct, gc=False, kw_only=True):
    """The error of a response."""

    message: str
    code: int | None = None
    data: Any = None


class Message(msgspec.Struct, gc=False, kw_only=True, rename="camel"):
    """A request (method and id), a notification (method), or a response (id, and result or error)."""

    method: str | None = None
    id: MessageId | None = None
    params: dict[str, Any] | None = None
    result: Any = None
    error: RpcError | None = None
    emitted_at_ms: int | None = None
    """Unix milliseconds at which the server let it go; only its notifications say."""
    mark: Any = msgspec.field(default=None, name="_dir")
    """The capture's own mark: `>` client to server, `<` server to client."""
    raw: dict[str, Any]
    """The message as it came."""

    @property
    def marked_sender(self) -> Sender | None:
        """Who sent it by the capture's mark; None without a mark that we know."""
        if self.mark not in (">", "<"):
            return None
        return Sender.CLIENT if self.mark == ">" else Sender.SERVER

    @property
    def looks_like_answer(self) -> bool:
        """Whether it has the shape of a client's answer: no result of the server has these keys."""
        return not _ANSWER_KEYS.isdisjoint(as_object(self.result))

    @property
    def timestamp(self) -> str | None:
        """The time of sending as ISO text, UTC."""
        return None if self.emitted_at_ms is None else iso_text(self.emitted_at_ms)


def unwrap(raw: dict[str, Any]) -> dict[str, Any]:
    """The message itself, out of a wrapper `{"direction", "message": {...}}`.

    The wrapper's `in` and `out` are not believed: they depend on which end recorded. `<` and `>` do not.
    """
    inner = as_object(raw.get("message"))
    if not inner or "method" in raw or "id" in raw:
        return raw
    return {"_dir": raw.get("direction"), **inner} if raw.get("direction") in ("<", ">") else inner


def is_message(raw: dict[str, Any]) -> bool:
    """Whether a JSON object is a JSON-RPC message, bare or wrapped."""
    inner = unwrap(raw)
    if "type" in inner:
        return False
    return isinstance(inner.get("method"), str) or ("id" in inner and ("result" in inner or "error" in inner))


def parse_message(raw: dict[str, Any]) -> Message:
    """The message of one line.

    Raises:
        MalformedRecord: it is no JSON-RPC message.
    """
    inner = unwrap(raw)
    message = read({**inner, "raw": inner}, Message, "message")
    if message.method is None and message.id is None and message.error is None:
        raise MalformedRecord("message: it has neither `method` nor `id`")
    return message


def read(value: object, shape: type[T], name: str) -> T:
    """A part of a message in its expected shape; *name* says which part it is.

    Raises:
        MalformedRecord: it has another shape; the text names the field.
    """
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise MalformedRecord(f"{name}: {error}") from None


def as_object(value: object) -> dict[str, Any]:
    """A JSON object as it is, and an empty one in place of any other value."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def iso_text(unix_ms: int) -> str:
    """`1700000000123` → `2023-11-14T22:13:20.123Z`.

    Raises:
        MalformedRecord: no calendar reaches that far.
    """
    try:
        moment = _EPOCH + timedelta(milliseconds=unix_ms)
    except OverflowError:
        raise MalformedRecord(f"time: {unix_ms} ms after 1970 is in no calendar") from None
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def sender_of(
    message: Message,
    asked: Mapping[MessageId, object],
    sent: Mapping[MessageId, object],
    is_question: Callable[[str], bool],
) -> Sender:
    """Who sent a message.

    What only one side can send settles it, then the capture's mark, then which requests wait for a response:
    *asked* those of the server, *sent* those of the client.
    """
    if message.method is not None and message.id is not None and is_question(message.method):
        return Sender.SERVER
    if message.marked_sender is not None:
        return message.marked_sender
    if message.method is not None:
        return Sender.SERVER if message.id is None else Sender.CLIENT
    if (message.id in asked) != (message.id in sent):
        return Sender.CLIENT if message.id in asked else Sender.SERVER
    return Sender.CLIENT if message.looks_like_answer else Sender.SERVER
