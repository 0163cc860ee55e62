"""What a timeline is made of."""

from __future__ import annotations

from enum import StrEnum

import attrs

from turnfold.replay.findings import Finding


class EntryKind(StrEnum):
    """What an entry tells."""

    SESSION = "session"
    TURN = "turn"
    """A turn begins."""
    END = "end"
    """A turn ends."""
    INPUT = "input"
    STEER = "steer"
    """Input into a turn that had input already."""
    MODEL = "model"
    CALL = "call"
    OUTPUT = "output"
    APPROVAL = "approval"
    HOOK = "hook"
    REQUEST = "request"
    """What a client asks of the server, and refusals."""
    ABORT = "abort"
    """A step of an abort before its end."""
    MARKER = "marker"
    """The message that tells the model of an interrupt."""
    TOKENS = "tokens"
    COMPACTION = "compaction"
    ROLLBACK = "rollback"
    REVIEW = "review"
    ERROR = "error"
    NOTICE = "notice"
    FINDING = "finding"


@attrs.frozen(kw_only=True)
class Told:
    """What one record has to tell."""

    kind: EntryKind
    text: str
    """In our words: ids, names of tools and kinds, numbers; nothing that somebody wrote."""
    quote: str | None = None
    """The beginning of what somebody wrote, on one line."""
    of_line: int | None = None
    """Line of the record that this one answers."""
    took_s: float | None = None
    """Seconds since that record; of an end, how long the turn took."""
    turn_id: str | None = None
    """The turn that the record names, where that is not the one it stands in."""


@attrs.frozen(kw_only=True)
class Entry:
    """One line of a timeline."""

    line: int
    """1-based line of its record; of a finding the line at which it shows."""
    told: Told
    turn_id: str | None = None
    """The turn that it belongs to; None outside turns."""
    at_s: float | None = None
    """Its time in unix seconds."""
    since_session_s: float | None = None
    """Seconds since the session's first record."""
    since_turn_s: float | None = None
    """Seconds since its turn began; None outside turns."""
    idle_s: float | None = None
    """Seconds in which nothing was recorded before it, where they are many."""
    finding: Finding | None = None
    """Set where it is a finding of the rules; its texts are made from it."""
