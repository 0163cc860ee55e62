"""The machinery behind the codec: a cattrs converter that is strict about types and loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar, cast

import msgspec
from cattrs import BaseValidationError

from turnfold.events.base import Event, Part
from turnfold.events.envelope import Envelope, Origin
from turnfold.events.errors import CodecError
from turnfold.events.hook import HookEntry
from turnfold.events.model import TokenUsage
from turnfold.events.notice import UnknownRecorded
from turnfold.events.strict import first_problem, register_part, shown, strict_converter
from turnfold.events.upcast import upcast
from turnfold.events.vocabulary import BY_KIND, EVENTS

P = TypeVar("P", bound=Part)

_VOCABULARY: Final = frozenset(EVENTS)

_PLAIN: Final = "keep to what JSON has: numbers, lists, mappings, and text without lone surrogates"
_SHAPE: Final = "a field has the type that its schema names"


class EventConverter:
    """Turns envelopes and events into plain values and JSON, and back."""

    def __init__(self) -> None:
        """Build the hooks for the whole vocabulary."""
        self._cattrs = strict_converter()
        for part in (TokenUsage, HookEntry, *EVENTS):
            register_part(self._cattrs, part)
        self._cattrs.register_unstructure_hook_func(lambda kind: kind is Event, self._unstructure_event)
        self._cattrs.register_structure_hook_func(lambda kind: kind is Event, self._structure_event)
        self._cattrs.register_structure_hook(Origin, lambda value, _: Origin(value))
        register_part(self._cattrs, Envelope)

    def encode(self, envelope: Envelope) -> bytes:
        """See `turnfold.events.codec.encode`."""
        plain = self._cattrs.unstructure(envelope)
        try:
            return msgspec.json.encode(plain)
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            kind = envelope.event.kind
            raise CodecError(f"cannot be written as JSON: {error}", kind=kind, remedy=_PLAIN) from error

    def decode(self, line: bytes | str) -> Envelope:
        """See `turnfold.events.codec.decode`."""
        try:
            plain = msgspec.json.decode(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise CodecError(f"not JSON: {error}", remedy="one line holds one whole JSON object") from error
        return self._structure(Envelope, plain, None)

    def to_payload(self, event: Event) -> dict[str, object]:
        """See `turnfold.events.codec.to_payload`."""
        if type(event) not in _VOCABULARY:
            raise CodecError(
                f"{type(event).__name__} is no event of the vocabulary",
                remedy="use a class of EVENTS; subclasses and classes of your own cannot be read back",
            )
        return cast("dict[str, object]", self._cattrs.unstructure(event))

    def from_payload(self, kind: str, version: int, payload: object) -> Event:
        """See `turnfold.events.codec.from_payload`."""
        event = BY_KIND.get(kind)
        if event is None or version > event.version:
            return UnknownRecorded(record_type=kind, record_version=version, payload=payload)
        if not isinstance(payload, Mapping):
            raise CodecError(f"expected a mapping, found {shown(payload)}", kind=kind, remedy=_SHAPE)
        fields = dict(cast("Mapping[str, object]", payload))
        return self._structure(event, upcast(kind, version, event.version, fields), kind)

    def _structure(self, part: type[P], plain: object, kind: str | None) -> P:
        try:
            return self._cattrs.structure(plain, part)
        except (BaseValidationError, TypeError) as error:
            path, problem = first_problem(error)
            if isinstance(problem, CodecError):
                raise problem from error
            raise CodecError(_said(problem), kind=kind, field=path or None, remedy=_SHAPE) from error

    def _unstructure_event(self, event: Event) -> dict[str, object]:
        if isinstance(event, UnknownRecorded) and event.record_version is not None and not event.extra:
            return {"kind": event.record_type, "version": event.record_version, "payload": event.payload}
        payload = self.to_payload(event)
        return {"kind": event.kind, "version": event.version, "payload": payload}

    def _structure_event(self, plain: object, _: object) -> Event:
        match cast("dict[str, object]", plain):
            case {"kind": str(kind), "version": int(version), "payload": payload, **rest} if not rest:
                return self.from_payload(kind, version, payload)
            case _:
                raise TypeError(f"expected kind, version, payload and nothing else, found {shown(plain)}")


def _said(problem: BaseException) -> str:
    """Return the text of an error; that of a missing key is only the key."""
    return "is missing" if isinstance(problem, KeyError) else str(problem)
