"""Hypothesis strategies for every event, made from the fields of the classes."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin

import attrs
from hypothesis import settings
from hypothesis import strategies as st

from turnfold.events import EVENTS, Envelope, Event, Part, UnknownRecorded

# A class is a handful of independent fields: fewer examples for each, since there are a hundred of them.
PER_CLASS = settings.default.max_examples // 5 if settings.default else 20

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
INTS = st.integers(min_value=-(2**63), max_value=2**63 - 1)
JSON: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | INTS | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
_PLAIN: dict[object, st.SearchStrategy[object]] = {
    str: TEXT,
    int: INTS,
    bool: st.booleans(),
    NoneType: st.none(),
    object: JSON,
}


def of_type(kind: object) -> st.SearchStrategy[Any]:
    """Return values of a field's type."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if get_origin(kind) is UnionType:
        return st.one_of([of_type(option) for option in get_args(kind)])
    if get_origin(kind) is tuple:
        return st.lists(of_type(get_args(kind)[0]), max_size=3).map(tuple)
    if kind is Event:
        return events()
    if issubclass(cast("type", kind), Enum):
        return st.sampled_from(cast("type[Enum]", kind))
    return parts(cast("type[Part]", kind))


def parts(part: type[Part]) -> st.SearchStrategy[Any]:
    """Return instances of a class, with and without its optional fields, and with fields from the future."""
    fields = attrs.fields_dict(part)
    needed = {name: of_type(field.type) for name, field in fields.items() if field.default is attrs.NOTHING}
    optional = {
        name: of_type(field.type)
        for name, field in fields.items()
        if field.default is not attrs.NOTHING and name != "extra"
    }
    unknown = st.dictionaries(TEXT.filter(lambda key: key not in fields), JSON, max_size=2)
    make = cast("Callable[..., Part]", part)
    return st.fixed_dictionaries(needed, optional={**optional, "extra": unknown}).map(
        lambda values: make(**values)
    )


def events() -> st.SearchStrategy[Event]:
    """Return events of every class."""
    return st.sampled_from(EVENTS).flatmap(parts).filter(_reads_back)


def envelopes() -> st.SearchStrategy[Envelope]:
    """Return envelopes around events of every class."""
    return parts(Envelope)


def _reads_back(event: Event) -> bool:
    """Leave out unknown events that claim to be of our own log: only a reader makes those."""
    return not (isinstance(event, UnknownRecorded) and event.record_version is not None)
