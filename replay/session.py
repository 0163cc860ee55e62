"""What the rules know of the session that they watch: the shared view, kept by the tracker.

Bounded by what is open and by distinct ids; nothing here grows with bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from turnfold.events import Event
from turnfold.rollouts import Profile, RecordLike
from turnfold.rollouts.record import kind_of_class


def never(key: str) -> int:  # noqa: ARG001  the form of `SessionView.last_move_of_call`
    """Nothing was heard of it."""
    return 0


def no_text(line: int) -> bytes | None:  # noqa: ARG001  the form of `SessionView.text_of`
    """No bytes are at hand."""
    return None


@attrs.define(kw_only=True)
class TurnView:
    """A turn, as far as the log has come."""

    turn_id: str
    at: int
    """Line of its start."""
    started_at_s: int | None = None
    """What the start says of its own time, in unix seconds."""
    timestamp: str | None = None
    """Time of the start's record."""
    copied: bool = False
    """Whether it belongs to the rows that a fork copied from its parent."""
    aborting_at: int = 0
    """Line on which its abort began; 0 before that, and where the producer does not show it."""
    cut_at: int = 0
    """Line of the later start that cut it off; 0 where none did."""
    ended_at: int = 0
    """Line of its terminal; 0 while it has none."""
    ending: type[Event] | None = None
    """Class of its terminal: `TurnCompleted`, `TurnAborted`, or None while it has none."""


@attrs.define(kw_only=True)
class SessionView:
    """The session up to and including the current record."""

    profile: Profile
    file: str = ""
    """Name of the file, without its folder; empty for a live session."""
    identity: Any = None
    """Payload of the first `session_meta`, once there was one."""
    identity_at: int = 0
    """Its line."""
    line: int = 0
    """Line of the last record of the last batch that was taken in; handlers are given their own."""
    record: RecordLike | None = None
    """The current record."""
    latest: dict[type[Any], int] = attrs.field(factory=dict[type[Any], int])
    """Payload class → line of its latest record. Rules ask `last_of`, which knows what a wire struct stands for."""
    text_of: Callable[[int], bytes | None] = no_text
    """The bytes of a line, where they are at hand: those of a file's current batch, and of the one before."""

    turn: TurnView | None = None
    """The open turn."""
    last: TurnView | None = None
    """The turn before it: the last one that ended or was cut off."""
    closed: TurnView | None = None
    """The turn that the latest legal terminal closed. In the handler of a terminal: the one it closed, or None."""
    cut: dict[str, TurnView] = attrs.field(factory=dict[str, TurnView])
    """Turns that a later start cut off and that have no terminal yet, by id."""
    started: dict[str, int] = attrs.field(factory=dict[str, int])
    """Turn id → line of its first start."""
    ended: dict[str, int] = attrs.field(factory=dict[str, int])
    """Turn id → line of its first terminal."""

    open_calls: dict[str, int] = attrs.field(factory=dict[str, int])
    """Calls without output: call id → line of the request, in order of request."""
    last_move_of_call: Callable[[str], int] = never
    """Line of the last record that moved a call of an id from one phase to another; 0 for a call not heard of."""
    requested_before: int = 0
    """In the handler of a request: line of the last move of an earlier call of the same id; 0 for a new id."""
    reused: dict[str, int] = attrs.field(factory=dict[str, int])
    """Call ids that were requested more than once → line of the latest request."""
    answered_at: int = 0
    """In the handler of an output: line of the call that it answers; 0 when it answers none."""

    in_copy: bool = False
    """Whether the current record is one that a fork copied from its parent."""
    copy_ended_at: int = 0
    """Line of the last copied record; 0 when none were copied."""
    in_review: bool = False
    """Whether review mode was entered and not left: the turns between belong to another session."""

    @property
    def timestamp(self) -> str | None:
        """Time of the current record, as written."""
        return self.record.timestamp if self.record is not None else None

    def last_of(self, *kinds: type[Event]) -> int:
        """Line of the latest record of some event classes, the current one included; 0 when there was none."""
        return max((at for kind, at in self.latest.items() if kind_of_class(kind) in kinds), default=0)

    @property
    def turns_are_visible(self) -> bool:
        """Whether turn starts are recorded here: known from the version, or because one was seen."""
        return self.profile.shows_turns and (self.profile.version is not None or bool(self.started))
