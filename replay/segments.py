"""Segments: the stretches of a session from one turn start to the next, and which of them a rollback took out.

The facts are compact (a segment has ids, lines and counts, no texts), so that a rule can keep them for a log of
any size: they grow with the number of turns. Whoever wants the history itself folds further (`history_plan`).
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from turnfold.events import (
    CompactionItemRecorded,
    HistoryCompacted,
    HistoryRolledBack,
    ImageRecorded,
    ItemCompleted,
    MailRecorded,
    MessageRecorded,
    ReasoningRecorded,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    TurnContextRecorded,
    TurnStarted,
    UserInputRecorded,
    WebSearchRecorded,
    WorldStateRecorded,
)
from turnfold.replay.user_text import is_boundary
from turnfold.rollouts.record import kind_of

ITEMS: Final = frozenset(
    {
        MessageRecorded,
        ReasoningRecorded,
        ToolCallRequested,
        ToolCallOutput,
        WebSearchRecorded,
        ImageRecorded,
        CompactionItemRecorded,
        MailRecorded,
    }
)
"""What is given to the model. Ghost snapshots are not, and what clients are shown is not."""


@attrs.define(kw_only=True)
class Segment:
    """One stretch of the session."""

    number: int
    """From 0, the stretch before the first turn; that one is never rolled back."""
    line: int
    """Line of its first record."""
    turn_id: str | None = None
    """Id of the start that opened it; None when no start did."""
    said_id: str | None = None
    """The last turn id that a terminal or a turn context in it names."""
    is_user: bool = False
    """Whether the user, or another agent's mail, spoke in it: only such segments count for a rollback."""
    items: int = 0
    """Number of items in it."""
    base: int = 0
    """Line of its last compaction with a replacement history; 0 when it has none."""
    base_items: int = 0
    """Number of items in that replacement history."""
    compaction: int = 0
    """Line of its last compaction of either kind; 0 when it has none."""
    settings: int = 0
    """Line of its last turn context; 0 when it has none."""
    baseline: int = 0
    """Line of the turn context or full world state that the model's surroundings are compared with; 0: none.

    A compaction clears it.
    """
    dropped_by: int = 0
    """Line of the rollback that took it out; 0 while it stands."""
    part_of: int | None = None
    """Number of the earlier segment whose turn it belongs to after all; None when it is a turn of its own."""


@attrs.frozen
class Divergence:
    """The older reader loses history that the newer one keeps."""

    compaction: int
    """Line of the compaction that was rolled back and still bounds what the older reader reads."""
    rollback: int
    """Line of the rollback that took its turn out."""
    turn_id: str | None
    """That turn."""
    lost: int
    """Line of the first segment that the older reader loses."""


class Segments:
    """Feed it payloads in order; what stands and what was taken out is known at any time.

    Who only asks for `divergence` may leave out the items: where a user spoke, there is one.
    """

    def __init__(self) -> None:
        self.all: list[Segment] = [Segment(number=0, line=0)]
        self.has_starts = False
        self._standing = [self.all[0]]
        self._opened: dict[str, int] = {}

    @property
    def current(self) -> Segment:
        """The segment that the latest record belongs to."""
        return self.all[-1]

    def head(self, number: int) -> Segment:
        """The segment that the one of that *number* belongs to: an earlier one, or itself."""
        head = segment = self.all[number]
        while head.part_of is not None:
            head = self.all[head.part_of]
        while segment is not head:  # the next one who asks has it shorter
            segment.part_of, segment = head.number, self.all[segment.part_of or 0]
        return head

    def live(self) -> list[Segment]:
        """The segments that no rollback took out, in order."""
        return [segment for segment in self.all if not self.head(segment.number).dropped_by]

    def feed(self, payload: Any, line: int) -> None:
        """Take in the payload of a record that stands on *line*."""
        kind = kind_of(payload)
        if kind is TurnStarted:
            self._open(line, payload.turn_id)
        elif kind is HistoryRolledBack:
            self._close()
            self._drop(payload.num_turns or 0, line)
            self._open(line)
        elif kind in ITEMS:
            self._take(payload, kind, line)
        else:
            self._note(payload, kind, line)

    def divergence(self) -> Divergence | None:
        """Where the two readers differ, as far as segments can say it; what is said here is certain.

        The older reader stops at a compaction even when its turn was rolled back. It does no harm when a newer
        compaction that stands replaces the history anyway, or when nothing older stands. Compactions without a
        replacement history, which are older than rollbacks, are not looked at.
        """
        live = self.live()
        newest = max(segment.compaction for segment in live)
        lost = _first_kept(live)
        for segment in reversed(self.all):
            head = self.head(segment.number)
            if head.dropped_by and segment.base > newest and lost and lost.number < segment.number:
                return Divergence(segment.base, head.dropped_by, head.turn_id, lost.base or lost.line)
        return None

    def _open(self, line: int, turn_id: str | None = None) -> None:
        self._close()
        segment = Segment(number=len(self.all), line=line, turn_id=turn_id)
        self.all.append(segment)
        self._standing.append(segment)
        if turn_id is not None:
            self.has_starts = True
            self._opened[turn_id] = segment.number

    def _close(self) -> None:
        """Settle whose segment the current one is.

        A start may stand in the middle of another turn, and the next terminal then names the older id: the
        stretch belongs to the turn that it names. An id that no start has says nothing.
        """
        segment = self.current
        named = self._opened.get(segment.said_id or "")
        if named is None or segment.turn_id in (None, segment.said_id) or self.head(named).dropped_by:
            return
        head = self.head(named)
        while self._standing[-1] is not head:
            absorbed = self._standing.pop()
            absorbed.part_of = head.number
            head.is_user |= absorbed.is_user

    def _drop(self, turns: int, line: int) -> None:
        """Take out the last *turns* segments of the user and all that follows the first of them."""
        while turns > 0 and len(self._standing) > 1:
            segment = self._standing.pop()
            segment.dropped_by = line
            turns -= segment.is_user

    def _take(self, item: Any, kind: type[Any], line: int) -> None:
        speaks = kind is MailRecorded or (kind is MessageRecorded and is_boundary(item))
        if speaks and not self.has_starts:
            self._open(line)  # older files: a turn is what the user's own message begins
        self.current.items += 1
        self.current.is_user |= speaks

    def _note(self, payload: Any, kind: type[Any], line: int) -> None:
        segment = self.current
        if kind is HistoryCompacted:
            segment.compaction, segment.baseline = line, 0
            if payload.replacement_count is not None:
                segment.base, segment.base_items = line, payload.replacement_count
        elif kind is UserInputRecorded:
            segment.is_user = True
        elif kind is ItemCompleted:
            segment.is_user |= payload.item_type.lower() == "usermessage"
        elif kind is TurnContextRecorded:
            segment.said_id = _id(payload.turn_id) or segment.said_id
            segment.settings = segment.baseline = line
        elif kind is WorldStateRecorded and payload.full:
            segment.baseline = line
        elif kind in (TurnCompleted, TurnAborted):
            segment.said_id = payload.turn_id or segment.said_id


def _first_kept(live: list[Segment]) -> Segment | None:
    """The first of the *live* segments that gives the history something; None when it is empty."""
    base = next((segment for segment in reversed(live) if segment.base), None)
    if base is None:
        return next((segment for segment in live if segment.items or segment.is_user), None)
    if base.base_items:
        return base
    after = (segment for segment in live if segment.number > base.number)
    return next((segment for segment in after if segment.items or segment.is_user), None)


def _id(value: object) -> str | None:
    """A turn id; None for what is none (a turn context may hold anything)."""
    return value if isinstance(value, str) else None
