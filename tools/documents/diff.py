"""The document of `turnfold diff --format json`: where two sessions part."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

SCHEMA_ID: Final = "turnfold.diff/1"
"""Grows by optional fields; anything else gives it another number."""


class RecordEntry(msgspec.Struct, kw_only=True, frozen=True):
    """A record in one of the files."""

    line: int
    """Line in the file, from 1."""
    kind: str
    """Record type and payload type; where events were compared, the kind of the event."""
    text: str
    """The beginning of the first text in it; empty where there is none."""


class DifferenceEntry(msgspec.Struct, kw_only=True, frozen=True):
    """A value that is not the same."""

    path: str
    """Where it stands in the record, such as `payload.content[0].text`."""
    a: Any = None
    """The value in the first file; null if it has none. Long texts are cut around the difference."""
    b: Any = None


class TurnEntry(msgspec.Struct, kw_only=True, frozen=True):
    """A turn that does not stand the same in both; the n-th of one file is compared with the n-th of the other."""

    position: int
    """From 0."""
    a: str | None = None
    """Its status in the first file; null where there is no such turn."""
    b: str | None = None


class DiffDocument(msgspec.Struct, kw_only=True, frozen=True):
    """What `turnfold diff A B` says."""

    schema: Literal["turnfold.diff/1"]
    a: str
    """The first file."""
    b: str
    same: bool
    compared: Literal["records", "events"]
    """Events where the files are of different kinds: those that both can show."""
    common: int
    """How many records, or events, are the same at the beginning."""
    last_common_a: RecordEntry | None
    last_common_b: RecordEntry | None
    first_a: RecordEntry | None
    """The first one that is not the same; null where the sessions are the same or this file has ended."""
    first_b: RecordEntry | None
    differences: tuple[DifferenceEntry, ...]
    """In what these two differ, if they are of the same kind."""
    next_a: tuple[RecordEntry, ...]
    """What follows."""
    next_b: tuple[RecordEntry, ...]
    prefix: Literal["a", "b"] | None
    """The file that is the beginning of the other one."""
    damaged_a: int
    """Damaged places that were passed over, as far as the file was read."""
    damaged_b: int
    turns_a: int
    """How many turns the file has."""
    turns_b: int
    turns: tuple[TurnEntry, ...]
    """Turns whose statuses differ."""
