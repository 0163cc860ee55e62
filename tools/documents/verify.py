"""The document of `turnfold verify --format json`, and what its text is made from.

Byte offsets are 0-based and count from the start of the decompressed file; ranges are half open.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

import msgspec

SCHEMA_ID: Final = "turnfold.verify/1"
"""Grows by optional fields; anything else gives it another number."""


class WitnessEntry(msgspec.Struct, kw_only=True, frozen=True):
    """A record that proves a finding."""

    line: int
    """Line in the file, from 1."""
    role: str
    """What the record shows."""
    start: int | None = None
    """First byte of the line; null for standard input."""
    end: int | None = None
    """The byte after its last one, the newline not counted."""


class FindingEntry(msgspec.Struct, kw_only=True, frozen=True):
    """One broken rule, or one damaged place."""

    code: str
    """`TF` and three digits; `turnfold rule CODE` explains it."""
    name: str
    """The code's name, for reading."""
    severity: Literal["violation", "suspicion", "damage"]
    line: int
    """Line in the file, from 1, at which it shows."""
    message: str
    """What is wrong."""
    because: str
    """What makes it wrong; may be empty."""
    however: str
    """What could excuse it, or what was done about damage; may be empty."""
    subject: str | None = None
    """Id of the turn, call, approval or hook run that it is about."""
    implied_by: str | None = None
    """Code of the finding on the same subject from which this one follows."""
    witnesses: tuple[WitnessEntry, ...] = ()
    byte_range: tuple[int, int] | None = None
    """Of the damage, or of the line at which the finding shows; null for standard input."""


class TroubleKind(StrEnum):
    """Why a file has no verdict."""

    UNREADABLE = "unreadable"
    """It is not there, or the system does not let us read it."""
    CRASHED = "crashed"
    """Verifying it ran into a bug of turnfold."""
    KILLED = "killed"
    """The worker that verified it died; only this file is lost."""


class Trouble(msgspec.Struct, kw_only=True, frozen=True):
    """Why a file could not be verified at all."""

    kind: TroubleKind
    message: str


class FileEntry(msgspec.Struct, kw_only=True, frozen=True):
    """What verification says of one file."""

    file: str
    """The path as it was given or found; `-` is standard input."""
    verdict: Literal["valid", "invalid", "unknown"]
    thread_id: str | None = None
    """Id in the file's first `session_meta`."""
    dialect: str | None = None
    """The form of its records."""
    producer: str | None = None
    """Client and version that wrote it, as far as it says."""
    newer_than_known: bool = False
    """Whether that version is newer than any whose files were studied."""
    lines: int = 0
    turns: int | None = None
    """How many turns have a recorded start; null where this producer records none."""
    findings: tuple[FindingEntry, ...] = ()
    """By line; of one code at most 50."""
    counts: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """How many findings each code had, also those not listed."""
    unknown_types: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Record types that this version of turnfold does not know, and how often each occurred."""
    idle_rules: tuple[str, ...] = ()
    """Codes of rules that could not judge, for this producer never records what they need."""
    error: Trouble | None = None
    """Set where the file could not be verified; the verdict is then unknown."""


class PassedOver(msgspec.Struct, kw_only=True, frozen=True):
    """Files in a searched folder that are no rollouts to verify."""

    reason: str
    count: int
    examples: tuple[str, ...] = ()
    """Some of them."""


class Summary(msgspec.Struct, kw_only=True, frozen=True):
    """The files and findings together."""

    files: int
    valid: int
    invalid: int
    unknown: int
    errors: int
    """Files that could not be verified; they count as unknown too."""
    violations: int
    suspicions: int
    damages: int
    exit_code: int
    """What the process ends with."""


class VerifyDocument(msgspec.Struct, kw_only=True, frozen=True):
    """All that one call says."""

    schema: Literal["turnfold.verify/1"]
    files: tuple[FileEntry, ...]
    """In the order of the paths given; within a folder by name."""
    passed_over: tuple[PassedOver, ...]
    summary: Summary
