"""The document of `turnfold salvage --format json`: every difference between a file and its repaired copy."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

SCHEMA_ID: Final = "turnfold.salvage/1"
"""Grows by optional fields; anything else gives it another number."""


class ChangeEntry(msgspec.Struct, kw_only=True, frozen=True):
    """One difference."""

    action: str
    """`removed`, `mended`, `split`, `noted`, `renumbered` or `added`."""
    code: str | None = None
    """The damage (TF0xx); null for what was asked for by an option."""
    name: str | None = None
    """Name of that damage."""
    line: int
    """Line in the source, from 1; of a record that was added, the line before which it stands."""
    start: int
    """First byte in the source, decompressed, from 0."""
    end: int
    """The byte after the last one; equal to `start` where nothing was taken away or replaced."""
    message: str


class SalvageDocument(msgspec.Struct, kw_only=True, frozen=True):
    """What `turnfold salvage` did, or without `--out` what it would do."""

    schema: Literal["turnfold.salvage/1"]
    file: str
    """The source, as it was named or found."""
    out: str | None = None
    """The copy; null where none was written."""
    lines: int
    """Lines of the copy."""
    bytes: int
    """Size of the copy."""
    changes: tuple[ChangeEntry, ...]
    """In the order of the file; those that concern no line come last."""
    counts: dict[str, int]
    """How many changes of each action there were."""
