"""Checked looks at parsed JSON or TOML: what has the wrong shape is named by its place."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias, cast

Table: TypeAlias = Mapping[str, object]

WHOLE_MAX: Final = 2**53
"""Largest whole number taken: JSON readers agree up to here."""


class ShapeError(Exception):
    """A value is not what its place calls for."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def _wrong(place: str, wanted: str) -> ShapeError:
    return ShapeError(f"`{place}` is not {wanted}", f"make it {wanted}")


def table(value: object, place: str) -> Table:
    """Return *value* as a table. Raises ShapeError."""
    if not isinstance(value, dict):
        raise _wrong(place, "a table of names and values")
    return cast(Table, value)


def part(fields: Table, name: str, place: str) -> Table:
    """Return a table within *fields*, empty when it is absent or null. Raises ShapeError."""
    value = fields.get(name)
    return {} if value is None else table(value, place)


def rows(value: object, place: str) -> list[object]:
    """Return *value* as a list. Raises ShapeError."""
    if not isinstance(value, list):
        raise _wrong(place, "a list")
    return cast(list[object], value)


def only(fields: Table, known: Iterable[str], place: str) -> None:
    """Raise ShapeError when *fields* has a name that is not among *known*."""
    allowed = tuple(known)
    for name in fields:
        if name not in allowed:
            where = f"{place}.{name}" if place else name
            raise ShapeError(f"`{where}` is unknown", f"remove it, or use one of: {', '.join(allowed)}")


def text(fields: Table, name: str, place: str) -> str | None:
    """Return a text, or None when it is absent or null. Raises ShapeError."""
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _wrong(f"{place}.{name}", "a text")
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        # Neither can be handed to a program, nor hashed.
        raise ShapeError(f"`{place}.{name}` holds a character that no command can hold", "remove it")
    return value


def whole(fields: Table, name: str, place: str) -> int | None:
    """Return a whole number from 0, or None when it is absent or null. Raises ShapeError."""
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= WHOLE_MAX:
        raise _wrong(f"{place}.{name}", "a whole number, 0 or more")
    return value


def truth(fields: Table, name: str, place: str) -> bool | None:
    """Return true or false, or None when it is absent or null. Raises ShapeError."""
    value = fields.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise _wrong(f"{place}.{name}", "true or false")
