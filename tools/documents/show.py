"""The document of `turnfold show --format json`. Times are unix seconds."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

SCHEMA_ID: Final = "turnfold.show/1"
"""Grows by optional fields; anything else gives it another number."""


class TurnEntry(msgspec.Struct, kw_only=True, frozen=True):
    """The open turn."""

    turn_id: str
    position: int | None
    """As `turnfold turns` counts."""
    line: int
    """Line of its first record."""
    phases: tuple[str, ...]
    """Where it can be, as far as the file shows; empty where no start is recorded."""
    began_at_s: float | None
    inputs: tuple[int, ...]
    """Lines of what the user said in it."""


class OpenEntry(msgspec.Struct, kw_only=True, frozen=True):
    """Something that has begun and not ended."""

    kind: Literal["call", "item", "approval", "hook_run", "network", "input"]
    key: str
    """Its id."""
    line: int
    """Line that opened it."""
    phases: tuple[str, ...]
    """Where it can be, as far as the file shows."""
    name: str | None
    """Name of the tool, the hook event, the kind of question."""
    quote: str | None
    """The beginning of what somebody wrote there, on one line."""
    turn_id: str | None
    is_stale: bool
    """Whether its turn is over, so that nothing will close it."""


class EndEntry(msgspec.Struct, kw_only=True, frozen=True):
    """The last terminal."""

    line: int
    turn_id: str | None
    position: int | None
    completed: bool
    reason: str | None
    at_s: float | None


class TokenEntry(msgspec.Struct, kw_only=True, frozen=True):
    """The last report of tokens."""

    line: int
    total: int
    last: int | None
    """Of the last request."""
    window: int | None
    """Size of the model's context window."""


class SettingsEntry(msgspec.Struct, kw_only=True, frozen=True):
    """The settings in force, as last told."""

    line: int | None
    """Line that told the last of them; null where none did."""
    model: str | None
    cwd: str | None
    approval_policy: str | None
    sandbox_mode: str | None


class ShowDocument(msgspec.Struct, kw_only=True, frozen=True):
    """How a session stands at one point of its file."""

    schema: Literal["turnfold.show/1"]
    file: str
    """The path as it was given or found; `-` is standard input."""
    line: int
    """Line of the last record that counts."""
    number: int | None
    """Its `seq` or ordinal; null where records have none."""
    at_s: float | None
    dialect: str
    thread_id: str | None
    thread_line: int | None
    """Line of the identity record."""
    turn: TurnEntry | None
    turns: int
    """How many turns had begun by then, also those that were taken back."""
    open: tuple[OpenEntry, ...]
    """Oldest first."""
    last_end: EndEntry | None
    tokens: TokenEntry | None
    settings: SettingsEntry
    history_items: int | None
    """How many items a model would be given of the past; null where the file does not hold them."""
    history_base: int | None
    """Line of the compaction that they begin with."""
    invisible: tuple[str, ...]
    """What may be open and would not show in a file of this kind."""
