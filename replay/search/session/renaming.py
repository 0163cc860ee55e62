"""Renaming ids in anything that holds them: states, commands, events, decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

import attrs

from turnfold.replay.search.session.names import TURNS, hosts, pool, target

T = TypeVar("T")


def swapped(ids: int) -> dict[str, str]:
    """A renaming that moves every id of an alphabet with *ids* of each sort: the pools in reverse order."""
    names = dict(zip(TURNS[:2], TURNS[1::-1], strict=True))
    for sort, count in (("i", ids + 1), ("m", ids + 1), ("c", ids), ("a", ids), ("h", ids)):
        every = pool(sort, count)
        names |= dict(zip(every, reversed(every), strict=True))
    calls = pool("c", ids)
    names |= {f"r-{one}": f"r-{other}" for one, other in zip(calls, reversed(calls), strict=True)}
    every_host = hosts(ids)
    for one, other in zip(every_host, reversed(every_host), strict=True):
        names |= {one: other, target(one): target(other)}
    return names


def renamed(value: T, names: Mapping[str, str]) -> T:
    """Return *value* with each text that is a key of *names* replaced, in whatever it is made of.

    Ids have to be texts that mean nothing else.
    """
    return cast("T", _renamed(value, names))


def _renamed(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, tuple):
        return tuple([_renamed(part, names) for part in cast("tuple[object, ...]", value)])
    if isinstance(value, list):
        return [_renamed(part, names) for part in cast("list[object]", value)]
    if isinstance(value, Mapping):
        parts = cast("Mapping[object, object]", value)
        return {_renamed(name, names): _renamed(part, names) for name, part in parts.items()}
    if attrs.has(type(value)):
        return _rebuilt(cast("attrs.AttrsInstance", value), names)
    return value


def _rebuilt(value: attrs.AttrsInstance, names: Mapping[str, str]) -> object:
    kind: Callable[..., object] = type(value)
    fields: tuple[attrs.Attribute[object], ...] = attrs.fields(type(value))
    return kind(**{str(each.alias): _renamed(getattr(value, each.name), names) for each in fields})
