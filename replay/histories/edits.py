"""Faults, made by editing a legal rollout. Lines count from 1; every function returns new bytes."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

import msgspec


def lines_of(data: bytes) -> list[bytes]:
    """The lines, without their line ends."""
    return data.removesuffix(b"\n").split(b"\n")


def line_of(data: bytes, kind: str, nth: int = 1) -> int:
    """The number of the *nth* line of that kind: a record type, or the `type` of its payload.

    Raises:
        ValueError: there is none.
    """
    found = [at for at, line in enumerate(lines_of(data), start=1) if kind in _kinds(line)]
    if len(found) < nth:
        raise ValueError(f"there are {len(found)} lines of kind {kind!r}, not {nth}")
    return found[nth - 1]


def without(data: bytes, line: int) -> bytes:
    """That line is missing."""
    lines = _checked(data, line)
    del lines[line - 1]
    return _joined(lines)


def repeated(data: bytes, line: int) -> bytes:
    """That line stands twice."""
    lines = _checked(data, line)
    return _joined([*lines[:line], *lines[line - 1 :]])


def swapped(data: bytes, a: int, b: int) -> bytes:
    """Those two lines have changed places."""
    lines = _checked(data, a, b)
    lines[a - 1], lines[b - 1] = lines[b - 1], lines[a - 1]
    return _joined(lines)


def edited(data: bytes, line: int, path: str, value: Any) -> bytes:
    """One value of that line is another one.

    *path* goes down through objects and arrays: `payload.content.0.text`. Its last key may be a new one.
    """
    lines = _checked(data, line)
    record: Any = msgspec.json.decode(lines[line - 1])
    *down, last = path.split(".")
    target = record
    for key in down:
        target = target[int(key) if isinstance(target, list) else key]
    target[int(last) if isinstance(target, list) else last] = value
    lines[line - 1] = msgspec.json.encode(record)
    return _joined(lines)


def torn(data: bytes, line: int, keep: int) -> bytes:
    """That line's first *keep* bytes, then all of it on the same line: a failed write and its retry."""
    lines = _checked(data, line)
    lines[line - 1] = lines[line - 1][:keep] + lines[line - 1]
    return _joined(lines)


def cut(data: bytes, keep: int) -> bytes:
    """Of the last line only the first *keep* bytes, and no line end: a crash in the middle of a write."""
    *lines, last = lines_of(data)
    return b"".join(line + b"\n" for line in lines) + last[:keep]


def interleaved(one: bytes, other: bytes) -> bytes:
    """What two writers leave behind: the common beginning of both rollouts, then the rest of both by time."""
    ours, theirs = lines_of(one), lines_of(other)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False)))
    rest = sorted(ours[shared:] + theirs[shared:], key=lambda line: msgspec.json.decode(line)["timestamp"])
    return _joined(ours[:shared] + rest)


def _joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _checked(data: bytes, *numbers: int) -> list[bytes]:
    lines = lines_of(data)
    for number in numbers:
        if not 1 <= number <= len(lines):
            raise ValueError(f"there is no line {number}: the lines are 1 to {len(lines)}")
    return lines


class _Tagged(msgspec.Struct):
    type: str | None = None


class _Line(_Tagged):
    payload: _Tagged | None = None


def _kinds(line: bytes) -> set[str | None]:
    record = msgspec.json.decode(line, type=_Line)
    return {record.type, record.payload.type if record.payload else None}
