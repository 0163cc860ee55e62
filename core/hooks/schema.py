"""JSON Schemas (draft-07) of what hooks read and answer, made from the types (A4).

They have the form of the schemas that Codex publishes: a field that may be left out shows its default and not null,
and what has a name stands under `definitions`.
"""

from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Final, Literal, Union, cast, get_args, get_origin

import attrs
import msgspec
from msgspec import Meta

from turnfold.core.hooks.contract import Wire
from turnfold.core.hooks.inputs import GROUP, INPUTS, NOTE, HookInput
from turnfold.core.hooks.interpret import SEED, contract_of, known_events
from turnfold.core.hooks.names import HookEvent

DRAFT: Final = "http://json-schema.org/draft-07/schema#"

Schema = dict[str, object]

_NAMES: Final[Mapping[object, str]] = {str: "string", bool: "boolean"}
_NULLABLE: Final = "NullableString"
_UNREAD: Final = "What the hook writes is not read."


def files(profile: str = SEED) -> Mapping[str, Schema]:
    """Return all schemas by the names of their files, `<label>.command.input|output.schema.json`.

    Args:
        profile: one of `PROFILES`; a newer one knows more events. Raises ValueError for others.
    """
    schemas: dict[str, Schema] = {}
    for payload in INPUTS:
        label = payload.event.label
        schemas[f"{label}.command.input.schema.json"] = input_schema(payload)
        schemas[f"{label}.command.output.schema.json"] = output_schema(payload.event, profile)
    return schemas


def input_schema(payload: type[HookInput]) -> Schema:
    """Return the schema of what the hooks of an event read."""
    constants = {"hook_event_name": payload.event.wire, **payload.constants}
    properties: dict[str, object] = {
        name: {"const": text, "type": "string"} for name, text in constants.items()
    }
    required = set(constants)
    groups: dict[str, list[attrs.Attribute[object]]] = {name: [] for name in payload.groups}
    for field in _fields(payload):
        if field.name in payload.unsent:
            continue
        if GROUP in field.metadata:
            groups[field.metadata[GROUP]].append(field)
            continue
        properties[field.name] = _input_field(field)
        required |= _required([field])
    definitions: dict[str, object] = {_NULLABLE: {"type": ["string", "null"]}}
    for name, fields in groups.items():
        properties[name] = _reference(payload.groups[name])
        required.add(name)
        members = {field.name: _input_field(field) for field in fields}
        definitions[payload.groups[name]] = _object(members, _required(fields))
    return _document(f"{payload.event.label}.command.input", _object(properties, required), definitions)


def output_schema(event: HookEvent, profile: str = SEED) -> Schema:
    """Return the schema of what a hook of *event* may answer. Raises ValueError for an unknown profile."""
    contract = contract_of(event, profile)
    title = f"{event.label}.command.output"
    if not contract.reads:
        return {"$schema": DRAFT, "description": _UNREAD, "title": title}
    definitions: dict[str, object] = {}
    body = _struct(contract.shape, tuple(each.wire for each in known_events(event, profile)), definitions)
    return _document(title, body, definitions)


def _document(title: str, body: Schema, definitions: Mapping[str, object]) -> Schema:
    named: Schema = {"definitions": dict(definitions)} if definitions else {}
    return {"$schema": DRAFT, **named, **body, "title": title}


def _object(properties: Mapping[str, object], required: Iterable[str]) -> Schema:
    needed = sorted(required)
    body: Schema = {"additionalProperties": False, "properties": dict(properties), "type": "object"}
    return body | ({"required": needed} if needed else {})


def _reference(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _fields(payload: type[HookInput]) -> tuple["attrs.Attribute[object]", ...]:
    return tuple(attrs.fields(payload))


def _required(fields: "Iterable[attrs.Attribute[object]]") -> set[str]:
    return {field.name for field in fields if field.default is attrs.NOTHING}


def _input_field(field: "attrs.Attribute[object]") -> object:
    kind: object = field.type
    if kind is object:
        return True
    if get_origin(kind) is UnionType and field.default is attrs.NOTHING:
        return _reference(_NULLABLE)
    schema = _plain(_without_null(kind))
    return {**schema, "description": field.metadata[NOTE]} if NOTE in field.metadata else schema


def _without_null(kind: object) -> object:
    if get_origin(kind) not in (UnionType, Union):
        return kind
    (only,) = (option for option in get_args(kind) if option is not NoneType)
    return only


def _plain(kind: object) -> Schema:
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind)), "type": "string"}
    return {"type": _NAMES[kind]}


def _struct(shape: type[Wire], known: tuple[str, ...], definitions: dict[str, object]) -> Schema:
    properties: dict[str, object] = {}
    required: list[str] = []
    for field in msgspec.structs.fields(shape):
        if field.required:
            required.append(field.encode_name)
        properties[field.encode_name] = _output_field(field, known, definitions)
    return _object(properties, required)


def _output_field(
    field: msgspec.structs.FieldInfo, known: tuple[str, ...], definitions: dict[str, object]
) -> Schema:
    kind, meta = _unwrapped(field.type)
    schema = _of_type(_without_null(kind), meta.title, known, definitions)
    if not field.required:
        # A reference has no room for a default beside it.
        body: Schema = {"allOf": [schema]} if "$ref" in schema else schema
        schema = {**body, "default": field.default}
    if meta.description:
        schema = {**schema, "description": meta.description}
    return schema


def _unwrapped(kind: object) -> tuple[object, Meta]:
    if get_origin(kind) is not Annotated:
        return kind, Meta()
    inner, meta = get_args(kind)
    return inner, meta


def _of_type(
    kind: object, title: str | None, known: tuple[str, ...], definitions: dict[str, object]
) -> Schema:
    if kind is object:
        return {}
    if title is None:
        return _plain(kind)
    if kind is HookEvent:
        definitions[title] = {"enum": list(known), "type": "string"}
    elif get_origin(kind) is Literal:
        definitions[title] = _plain(kind)
    else:
        definitions[title] = _struct(cast("type[Wire]", kind), known, definitions)
    return _reference(title)
