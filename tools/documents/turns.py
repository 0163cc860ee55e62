"""The document of `turnfold turns --format json`."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

SCHEMA_ID: Final = "turnfold.turns/1"
"""Grows by optional fields; anything else gives it another number."""


class TurnEntry(msgspec.Struct, kw_only=True, frozen=True):
    """One turn; what is not known is null. The first eight are the columns of Codex's own projection."""

    file: str
    """Name of the file, without its folder."""
    thread_id: str
    """Session of the turn."""
    turn_id: str
    """Id of the turn; `rollout-N` where no start names one, N counting the records."""
    position: int
    """Place among the turns of the session that stand, from 0."""
    status: Literal["completed", "interrupted", "failed", "inProgress"]
    started_at: int | None
    """Start in unix seconds, as the terminal says it."""
    completed_at: int | None
    """End in unix seconds, as the terminal says it, or the time of its record."""
    duration_ms: int | None
    """Duration in milliseconds, as the terminal says it."""
    first_line: int
    """Line of its first record, from 1."""
    last_line: int
    """Line of its last record."""


class TurnsDocument(msgspec.Struct, kw_only=True, frozen=True):
    """The turns of all files, file by file."""

    schema: Literal["turnfold.turns/1"]
    turns: tuple[TurnEntry, ...]
