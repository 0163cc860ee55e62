"""Damage: what is wrong with the bytes of a file, as opposed to the order of what they say.

Damage never stops a reader and is never hidden: each place is named once, by line and byte range.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs


@attrs.frozen(kw_only=True)
class Damage:
    """One damaged place of one file."""

    code: str
    """`TF001` to `TF015`: a key of `DAMAGE_KINDS`."""
    line: int
    """Line number, from 1."""
    start: int
    """First byte, counted from the start of the (decompressed) stream."""
    end: int
    """The byte after the last one; equal to `start` where bytes are missing and none are wrong."""
    message: str
    """What was found here, in one sentence without a full stop."""
    remedy: str
    """What the reader did about it, or what the owner of the file can do."""


@attrs.frozen(kw_only=True)
class DamageKind:
    """A row of the table of damage: everything about a code that does not depend on the place."""

    code: str
    name: str
    meaning: str
    remedy: str


def _kind(code: str, name: str, meaning: str, remedy: str) -> tuple[str, DamageKind]:
    return code, DamageKind(code=code, name=name, meaning=meaning, remedy=remedy)


DAMAGE_KINDS: Final[Mapping[str, DamageKind]] = MappingProxyType(
    dict(
        (
            _kind(
                "TF001",
                "malformed-json",
                "Bytes that are not JSON: binary junk, a record cut in the middle of the file, NaN, a raw"
                " control character in a string.",
                "What is JSON around them is kept; restore the line from a backup if there is one.",
            ),
            _kind(
                "TF002",
                "torn-tail",
                "The last line has no newline and stops inside a record, as after a crash or in the middle of"
                " a write.",
                "If the session still runs, read again later; else this record is lost.",
            ),
            _kind(
                "TF003",
                "torn-then-whole",
                "A record that was cut is followed, on the same line, by a whole one, as when a failed write"
                " is tried again.",
                "The whole record is kept, the cut one is passed over.",
            ),
            _kind(
                "TF004",
                "joined-records",
                "Two or more whole records on one line: the newline between them is missing.",
                "All of them are kept, in order.",
            ),
            _kind(
                "TF005",
                "invalid-utf8",
                "Bytes inside a record that are not UTF-8.",
                "The record is kept, with U+FFFD in their place.",
            ),
            _kind(
                "TF006",
                "lone-surrogate",
                r"An escape such as \ud83d without its other half: half of a character.",
                "The record is kept, with U+FFFD in its place.",
            ),
            _kind(
                "TF007",
                "nul-bytes",
                "A run of zero bytes: space that was promised to the file but not written before the power"
                " failed.",
                "The zero bytes are left out, the rest of the line is kept.",
            ),
            _kind(
                "TF008",
                "byte-order-mark",
                "A UTF-8 byte order mark before a record: the file went through an editor.",
                "The mark is left out.",
            ),
            _kind(
                "TF009",
                "duplicate-key",
                "An object names a key twice: which value counts is up to the decoder.",
                "The record is kept and the last value counts, as in most decoders.",
            ),
            _kind(
                "TF010",
                "nested-too-deep",
                "Objects or arrays nested deeper than any decoder can be trusted with.",
                "The record is passed over.",
            ),
            _kind(
                "TF011",
                "not-a-record",
                "JSON, but not an object with a string `type`.",
                "The line is passed over.",
            ),
            _kind(
                "TF012",
                "malformed-record",
                "A record of a known type whose fields have the wrong shape.",
                "The record is kept as one of unknown type.",
            ),
            _kind(
                "TF013",
                "corrupt-compression",
                "The compressed stream is broken or stops early.",
                "What could be decompressed is kept; `zstd -t` tests the file.",
            ),
            _kind(
                "TF014",
                "unknown-record-type",
                "A record type that the version of Codex which wrote the file does not have.",
                "The record is kept as it came.",
            ),
            _kind(
                "TF015",
                "changed-while-read",
                "The file became shorter, or another took its place, while it was read.",
                "Read it again when nothing writes to it.",
            ),
            _kind(
                "TF016",
                "empty-file",
                "There is nothing in the file, not even the identity of a session.",
                "Codex makes a file with its first record: look for a full disk or a crash.",
            ),
        )
    )
)
"""Every code, in order. A code is never given a second meaning."""


LOSING: Final = frozenset({"TF001", "TF002", "TF010", "TF011", "TF012", "TF013", "TF015"})
"""Codes of damage by which a record may have been lost."""


def damaged(code: str, line: int, start: int, end: int, message: str) -> Damage:
    """Return the damage *code* at bytes `[start, end)` of *line*, with the remedy of its kind."""
    remedy = DAMAGE_KINDS[code].remedy
    return Damage(code=code, line=line, start=start, end=end, message=message, remedy=remedy)


def count_of(number: int, noun: str) -> str:
    """Return such as `1 byte`, `2 bytes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
