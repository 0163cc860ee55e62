"""What a function takes, read from its annotations: the schema for the model, and the check of what it sends."""

import copy
import inspect
import typing
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

import attrs
import msgspec

from turnfold.core.engine.ports import Attempt, ToolFailed

_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_SHARED = (list, dict, set, bytearray)
"""Defaults that a call could change for the next one, so that each call gets a copy."""


@attrs.frozen(kw_only=True)
class Signature:
    """The parameters of a function that a model fills in."""

    tool: str
    """Name of the tool, for messages."""

    arguments: type[msgspec.Struct]
    """A field for each parameter."""

    attempt: str | None
    """Parameter that is handed the `Attempt` and that the model does not see; None when there is none."""

    schema: Mapping[str, object]
    """JSON Schema of the arguments, an object that allows no further properties."""

    def decode(self, arguments: object) -> dict[str, object]:
        """Return the parameters by name. Raises ToolFailed, with a text that lets the model mend its call."""
        try:
            decoded = self._decoded(arguments)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise ToolFailed(
                f"the arguments of {self.tool} do not fit: {error}. Call it again with a JSON object that fits "
                "the schema of its parameters"
            ) from error
        return {name: getattr(decoded, name) for name in self.arguments.__struct_fields__}

    def _decoded(self, arguments: object) -> msgspec.Struct:
        if isinstance(arguments, str):
            # Models send nothing at all where nothing is asked for.
            return msgspec.json.decode(arguments.strip() or "{}", type=self.arguments)
        return msgspec.convert({} if arguments is None else arguments, self.arguments)


def read_signature(function: Callable[..., object], tool: str) -> Signature:
    """Read the parameters of *function*.

    Raises TypeError when one has no annotation, cannot be given by name, or has a type that JSON cannot hold; the
    message names the function with its file and line, and what to change.
    """
    at = _place(function)
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except Exception as error:
        raise TypeError(f"{at}: an annotation cannot be resolved: {error}. Import what it names") from error
    fields: list[tuple[str, Any, Any]] = []
    attempt: str | None = None
    for parameter in inspect.signature(function).parameters.values():
        name = parameter.name
        if parameter.kind not in _BY_NAME:
            raise TypeError(
                f"{at}: parameter {name!r} cannot be given by name. Make it an ordinary parameter"
            )
        if name not in hints:
            raise TypeError(f"{at}: parameter {name!r} has no annotation. Give it a type that JSON can hold")
        if hints[name] is Attempt:
            attempt = name
        else:
            fields.append((name, hints[name], _default(parameter)))
    try:
        arguments = msgspec.defstruct(f"{tool}_arguments", fields, kw_only=True, forbid_unknown_fields=True)
        schema = _schema(arguments)
    except TypeError as error:
        raise TypeError(f"{at}: {error}. Parameters need types and defaults that JSON can hold") from error
    return Signature(tool=tool, arguments=arguments, attempt=attempt, schema=schema)


def _default(parameter: inspect.Parameter) -> object:
    if parameter.default is inspect.Parameter.empty:
        return msgspec.NODEFAULT
    default = cast("object", parameter.default)
    if isinstance(default, _SHARED):
        return msgspec.field(default_factory=partial(copy.deepcopy, cast("object", default)))
    return default


def _schema(arguments: type[msgspec.Struct]) -> dict[str, object]:
    """Return the schema of *arguments* with its own level at the top, as models expect it."""
    whole = msgspec.json.schema(arguments)
    definitions: dict[str, dict[str, object]] = whole["$defs"]
    schema = definitions.pop(whole["$ref"].rpartition("/")[2])
    schema.pop("title", None)
    # The properties of an object without any are left out by msgspec, and missed by some models.
    schema.setdefault("properties", {})
    return {**schema, "$defs": definitions} if definitions else schema


def _place(function: Callable[..., object]) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None)
    name = getattr(function, "__qualname__", repr(function))
    return f"{code.co_filename}:{code.co_firstlineno}: {name}" if code is not None else name
