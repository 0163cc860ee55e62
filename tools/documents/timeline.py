"""The document of `turnfold timeline --format json`. Times are unix seconds, spans are seconds."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

SCHEMA_ID: Final = "turnfold.timeline/1"
"""Grows by optional fields; anything else gives it another number."""


class TimelineEntry(msgspec.Struct, kw_only=True, frozen=True):
    """What one record, or one finding, has to tell."""

    line: int
    """Line in the file, from 1."""
    kind: str
    """`turn`, `end`, `input`, `steer`, `model`, `call`, `output`, `approval`, `hook`, `finding` and so on."""
    text: str
    """What happened, in words of turnfold's: ids, kinds and numbers of the session, none of its texts."""
    quote: str | None = None
    """The beginning of what somebody wrote there, on one line."""
    turn_id: str | None = None
    """The turn that it belongs to; null outside turns."""
    at_s: float | None = None
    since_session_s: float | None = None
    """Since the first record of the file."""
    since_turn_s: float | None = None
    """Since the first record of its turn."""
    idle_s: float | None = None
    """How long nothing was recorded before it; set where that is half a minute or more."""
    of_line: int | None = None
    """Line of the record that this one answers: the call of an output."""
    took_s: float | None = None
    """How long that took, or how long the turn took that ends here."""
    code: str | None = None
    """Of a finding."""
    severity: Literal["violation", "suspicion", "damage"] | None = None
    """Of a finding."""


class TimelineDocument(msgspec.Struct, kw_only=True, frozen=True):
    """A session, or one of its turns."""

    schema: Literal["turnfold.timeline/1"]
    file: str
    """The path as it was given or found; `-` is standard input."""
    turn_id: str | None
    """The turn that was asked for; null for the whole session."""
    entries: tuple[TimelineEntry, ...]
    """By line."""
