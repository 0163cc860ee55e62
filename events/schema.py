"""JSON Schemas (draft 2020-12) of our own form of events, made from the classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import NoneType, UnionType
from typing import Final, cast, get_args, get_origin

import attrs

from turnfold.events.base import Event, Part
from turnfold.events.envelope import Envelope

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, object]
Notes = Callable[[type[Part]], Mapping[str, str]]
"""Gives the note of each field of a class. Notes stand in the source only, and reading files is not pure."""

_TYPES: Final[Mapping[object, str]] = {str: "string", int: "integer", bool: "boolean", NoneType: "null"}


def event_schema(event: type[Event], notes: Notes) -> Schema:
    """Return the schema of an event's payload in its present version, whose `$id` holds kind and version."""
    return _document(event, notes, f"turnfold.{event.kind}/{event.version}", event.__name__)


def envelope_schema(notes: Notes) -> Schema:
    """Return the schema of one line of our own form. The payload is open: `event_schema` has each kind's."""
    return _document(Envelope, notes, "turnfold.envelope/1", "Envelope")


def _document(part: type[Part], notes: Notes, schema_id: str, title: str) -> Schema:
    parts: dict[str, type[Part]] = {}
    body = _object(part, notes, parts)
    document: Schema = {"$schema": DRAFT, "$id": schema_id, "title": title, **body}
    if parts:
        document["$defs"] = {name: _object(inner, notes, {}) for name, inner in sorted(parts.items())}
    return document


def _object(part: type[Part], notes: Notes, parts: dict[str, type[Part]]) -> Schema:
    """Return the schema of a class; parts that it refers to are added to `parts`."""
    fields = [field for field in attrs.fields(part) if field.name != "extra"]
    described = notes(part)
    schema: Schema = {
        "description": summary(part),
        "type": "object",
        "properties": {
            field.name: {**_type(field.type, parts), "description": described[field.name]} for field in fields
        },
        # Fields from the future are carried, so they are allowed.
        "additionalProperties": True,
    }
    if required := [field.name for field in fields if field.default is attrs.NOTHING]:
        schema["required"] = required
    return schema


def _type(kind: object, parts: dict[str, type[Part]]) -> Schema:
    if kind is object:
        return {}
    if kind is Event:
        return _tagged()
    if kind in _TYPES:
        return {"type": _TYPES[kind]}
    if get_origin(kind) is UnionType:
        return _any_of([_type(option, parts) for option in get_args(kind)])
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _type(get_args(kind)[0], parts)}
    if issubclass(cast("type", kind), StrEnum):
        return {"enum": [member.value for member in cast("type[StrEnum]", kind)]}
    part = cast("type[Part]", kind)
    parts[part.__name__] = part
    return {"$ref": f"#/$defs/{part.__name__}"}


def _any_of(options: list[Schema]) -> Schema:
    if all(option.keys() == {"type"} for option in options):
        return {"type": [option["type"] for option in options]}
    return {"anyOf": options}


def _tagged() -> Schema:
    return {
        "type": "object",
        "properties": {
            "kind": {"type": "string"},
            "version": {"type": "integer", "minimum": 1},
            "payload": {},
        },
        "required": ["kind", "version", "payload"],
        "additionalProperties": False,
    }


def summary(part: type[Part]) -> str:
    """Return the first sentence of a class's docstring: its meaning."""
    return (part.__doc__ or "").partition("\n\n")[0].strip()
