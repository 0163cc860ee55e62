"""A cattrs converter that takes no value for another, keeps unknown fields, and can say where it stumbled."""

from __future__ import annotations

from collections.abc import Callable
from types import GenericAlias
from typing import TypeVar, cast, get_args, get_origin

import attrs
from cattrs import AttributeValidationNote, BaseValidationError, Converter, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.preconf.msgspec import MsgspecJsonConverter, make_converter

from turnfold.events.base import Part
from turnfold.events.errors import CodecError

P = TypeVar("P", bound=Part)
Hook = Callable[[object, object], object]

_NAMES = {str: "text", int: "a whole number", bool: "true or false"}


def strict_converter() -> MsgspecJsonConverter:
    """Return a converter that refuses `"5"` for 5 and 1 for true, where cattrs itself would convert."""
    converter = make_converter(detailed_validation=True)
    for kind, name in _NAMES.items():
        converter.register_structure_hook(kind, _exactly(kind, name))
    converter.register_structure_hook_func(_is_object, lambda value, _: value)
    converter.register_unstructure_hook_func(_is_object, lambda value: value)
    converter.register_structure_hook_factory(_is_tuple, _tuple_hook)
    converter.register_unstructure_hook_factory(_is_tuple, _list_hook)
    return converter


def register_part(converter: MsgspecJsonConverter, part: type[Part]) -> None:
    """Let `converter` read and write a class; what `extra` holds stands beside the known fields."""
    known = frozenset(attrs.fields_dict(part)) - {"extra"}
    read = make_dict_structure_fn(part, converter, extra=override(omit=True))
    write = make_dict_unstructure_fn(part, converter, _cattrs_omit_if_default=True, extra=override(omit=True))

    def structure(plain: object, kind: type[Part]) -> Part:
        if not isinstance(plain, dict):
            raise TypeError(f"expected a mapping, found {shown(plain)}")
        fields = cast("dict[str, object]", plain)
        value = read(fields, kind)
        if fields.keys() <= known:
            return value
        return attrs.evolve(value, extra={key: fields[key] for key in fields if key not in known})

    def unstructure(value: Part) -> dict[str, object]:
        plain: dict[str, object] = write(value)
        if hidden := known & value.extra.keys():
            raise CodecError(
                f"`extra` of {part.__name__} hides the field {min(hidden)}",
                field=min(hidden),
                remedy="give a known field as a field, `extra` is for unknown ones",
            )
        return {**plain, **value.extra}

    converter.register_structure_hook(part, structure)
    converter.register_unstructure_hook(part, unstructure)


def first_problem(error: BaseException, path: str = "") -> tuple[str, BaseException]:
    """Return the path of the first field that could not be read, such as `entries[0].text`, and its error."""
    if not isinstance(error, BaseValidationError):
        return path, error
    inner = cast("BaseException", error.exceptions[0])
    for note in getattr(inner, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            path = f"{path}.{note.name}" if path else note.name
        elif isinstance(note, IterableValidationNote):
            path = f"{path}[{note.index}]"
    return first_problem(inner, path)


def shown(value: object) -> str:
    """Return a value for a message, cut to a length that leaves the message readable."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _exactly(kind: type, name: str) -> Hook:
    def structure(value: object, _: object) -> object:
        # Not isinstance: True is an int.
        if type(value) is not kind:
            raise TypeError(f"expected {name}, found {shown(value)}")
        return value

    return structure


def _is_object(kind: object) -> bool:
    return kind is object


def _is_tuple(kind: object) -> bool:
    return get_origin(kind) is tuple


def _tuple_hook(kind: type[object], converter: Converter) -> Callable[[object, object], object]:
    list_of: object = GenericAlias(list, get_args(kind)[:1])
    read_list = converter.get_structure_hook(list_of)

    def structure(value: object, _: object) -> object:
        # cattrs would take a text for its letters.
        if not isinstance(value, list | tuple):
            raise TypeError(f"expected a list, found {shown(value)}")
        return tuple(read_list(value, list_of))

    return structure


def _list_hook(kind: object, converter: Converter) -> Callable[[tuple[object, ...]], object]:
    write = converter.get_unstructure_hook(get_args(kind)[0])
    return lambda values: [write(value) for value in values]
