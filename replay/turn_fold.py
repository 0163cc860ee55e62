"""The turns of a session as a fold over its records: the vendor's reader automaton (`turn_lifecycle.rs`).

A turn opens with its start. Files older than 0.104 have no starts; there a user's message opens an *implicit* turn
and the next one closes it. Work outside of any turn opens an implicit one too, and a compaction outside of any
turn opens a slot that the user's next message takes over. What the vendor does not decide is decided in
`docs/turns.md`, with the reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import attrs

from turnfold.events import (
    AgentMessageEmitted,
    AgentReasoningEmitted,
    CollabEnded,
    DynamicToolAnswered,
    DynamicToolRequested,
    ErrorRaised,
    Event,
    ExecEnded,
    ForeignStateRecorded,
    GhostSnapshotRecorded,
    HistoryCompacted,
    HistoryRolledBack,
    ImageGenerated,
    ImageViewed,
    ItemCompleted,
    McpCallEnded,
    MessageRecorded,
    PatchApplied,
    ReviewEnded,
    ReviewModeEntered,
    ReviewModeExited,
    SessionMetaRecorded,
    TurnAborted,
    TurnCompleted,
    TurnContextRecorded,
    TurnStarted,
    UnknownRecorded,
    UserInputRecorded,
    WebSearchEnded,
)
from turnfold.replay.copies import is_own, time_s
from turnfold.replay.turn_rows import Opening, Slot, TurnRow, TurnStatus
from turnfold.replay.user_text import HOOK_PROMPT, is_boundary
from turnfold.rollouts.record import kind_of

HARMLESS_ERRORS: Final = frozenset({"threadrollbackfailed", "activeturnnotsteerable"})
"""Errors that answer a request and leave the turn alone, as `error_name` spells them."""

UNREAD: Final = frozenset({UnknownRecorded, ForeignStateRecorded, GhostSnapshotRecorded})
"""Records that the vendor's reader passes over, so that its line index does not count them."""

SUMMARIES: Final = frozenset({"auto", "concise", "detailed", "none"})
"""The values of `turn_context.summary` that the vendor's reader knows."""

WORK: Final = (
    *(PatchApplied, ExecEnded, McpCallEnded, WebSearchEnded, ImageGenerated, ImageViewed, CollabEnded),
    *(DynamicToolRequested, DynamicToolAnswered, ReviewEnded, ReviewModeEntered, ReviewModeExited),
)
"""What shows that somebody worked. Where it names its turn it opens none: that turn is known, or it is dropped."""


class TurnFold:
    """Feed it every record of one session in order; ask for `rows` at any time.

    `bare`: the file holds no user-input records, so that the model's history has to say where turns begin.
    Memory grows with the number of turns, not with their size.
    """

    def __init__(self, file: str = "", *, bare: bool = False) -> None:
        self.file = file
        self.identity: Any = None
        """Payload of the first `session_meta`; None before it."""
        self._slots: list[Slot] = []
        self._finished: dict[str, Slot] = {}
        self._current: Slot | None = None
        self._readable = 0
        self._line = 0
        self._time: int | None = None
        self._handlers: Mapping[type[Event], Callable[[Any], None]] = {
            SessionMetaRecorded: self._meta,
            TurnStarted: self._started,
            TurnCompleted: self._completed,
            TurnAborted: self._aborted,
            ErrorRaised: self._error,
            HistoryRolledBack: self._rolled_back,
            HistoryCompacted: self._compacted,
            UserInputRecorded: self._input,
            ItemCompleted: self._item,
            AgentMessageEmitted: self._said,
            AgentReasoningEmitted: self._reasoned,
            MessageRecorded: self._bare_message if bare else self._message,
            **dict.fromkeys(WORK, self._work),
        }

    def feed(self, record: Any, line: int) -> None:
        """Take in one record that stands on *line*."""
        payload = record.payload
        kind = kind_of(payload)
        if not is_readable(payload, kind):
            return
        self._line = line
        seconds = time_s(record.timestamp)
        self._time = None if seconds is None else int(seconds)
        before = self._current
        handler = self._handlers.get(kind)
        if handler is not None:
            handler(payload)
        if before is not None and before is self._current and before.reason is None:
            before.last_line = line
        self._readable += 1

    @property
    def current(self) -> Slot | None:
        """The turn that the latest record belongs to; an aborted one stays current until something else begins."""
        return self._current

    @property
    def kept(self) -> list[Slot]:
        """The turns before it that no rollback took back."""
        return self._slots

    def rows(self) -> list[TurnRow]:
        """The turns so far, as if the file ended here."""
        thread_id = self.identity.session_id if self.identity is not None else ""
        rows = [slot.row(self.file, thread_id, place) for place, slot in enumerate(self._slots)]
        if self._current is not None:
            rows.append(self._closed(attrs.evolve(self._current)).row(self.file, thread_id, len(rows)))
        return rows

    # Slots

    def _open(self, opening: Opening, turn_id: str = "", began_at: int | None = None) -> Slot:
        slot = self._current = Slot(
            turn_id=turn_id or f"rollout-{self._readable}",
            opening=opening,
            first_line=self._line,
            last_line=self._line,
            began_at=self._time if began_at is None else began_at,
        )
        return slot

    def _ensure(self) -> Slot:
        """The current slot, or a new implicit one; something happens in it."""
        slot = self._current or self._open(Opening.IMPLICIT)
        if slot.opening is Opening.COMPACTION:
            slot.opening = Opening.IMPLICIT
        return slot

    def _closed(self, slot: Slot) -> Slot:
        """*slot* as it stands when nothing follows in it: an implicit turn has no terminal to wait for."""
        if slot.status is TurnStatus.IN_PROGRESS:
            if slot.failed:
                slot.status = TurnStatus.FAILED
            elif slot.opening is not Opening.EXPLICIT:
                slot.status, slot.completed_at = TurnStatus.COMPLETED, self._time
        return slot

    def _finish(self) -> None:
        if self._current is not None:
            slot = self._closed(self._current)
            self._slots.append(slot)
            self._finished[slot.turn_id] = slot
            self._current = None

    def _meant(self, turn_id: str | None) -> Slot | None:
        """The slot that a terminal ends: an unknown id means the current turn, a finished one means none."""
        current = self._current
        if current is not None and turn_id == current.turn_id:
            return current
        return None if turn_id in self._finished else current

    # Turn events

    def _meta(self, meta: Any) -> None:
        self.identity = self.identity or meta

    def _started(self, start: Any) -> None:
        self._finish()
        slot = self._open(Opening.EXPLICIT, start.turn_id, start.started_at_s)
        slot.started_at = start.started_at_s
        slot.inherited = bool(self.identity and self.identity.forked_from_id) and not is_own(
            self.identity, start
        )

    def _completed(self, end: Any) -> None:
        slot = self._meant(end.turn_id)
        if slot is None:
            return
        if slot.status is TurnStatus.IN_PROGRESS:  # a turn that was aborted stays interrupted
            failed = end.error is not None or getattr(end, "status", None) == "failed"
            self._end(slot, TurnStatus.FAILED if failed else TurnStatus.COMPLETED, end)
        slot.last_line = self._line
        self._finish()

    def _aborted(self, abort: Any) -> None:
        slot = self._meant(abort.turn_id)
        if slot is not None and slot.status is TurnStatus.IN_PROGRESS:
            self._end(slot, TurnStatus.INTERRUPTED, abort)
            slot.reason = abort.reason or TurnStatus.INTERRUPTED
            slot.last_line = self._line

    def _end(self, slot: Slot, status: TurnStatus, terminal: Any) -> None:
        """The terminal's word replaces the start's: so does the vendor's table, which is why times can be empty."""
        slot.status = status
        slot.started_at = terminal.started_at_s
        slot.completed_at = terminal.completed_at_s
        slot.duration_ms = terminal.duration_ms

    def _error(self, error: Any) -> None:
        if (
            self._current is not None
            and not error.will_retry
            and error_name(error.error_code) not in HARMLESS_ERRORS
        ):
            self._current.failed = True

    def _rolled_back(self, rollback: Any) -> None:
        self._finish()
        left = rollback.num_turns or 0
        while left > 0 and self._slots:
            slot = self._slots.pop()
            self._finished.pop(slot.turn_id, None)
            left -= bool(slot.user_inputs)

    def _compacted(self, _: Any) -> None:
        if self._current is None:
            self._open(Opening.COMPACTION)

    # Input and work

    def _input(self, message: Any) -> None:
        if self._current is not None and self._current.opening is Opening.IMPLICIT:
            self._finish()
        slot = self._current or self._open(Opening.IMPLICIT)
        slot.take_input(message.message, self._line)

    def _item(self, item: Any) -> None:
        if item.turn_id and item.item_type.lower() == "usermessage":
            slot = self._current if self._current and self._current.turn_id == item.turn_id else None
            slot = slot or self._finished.get(item.turn_id)
            if slot is not None:
                slot.take_input(item.text, self._line)
        elif not item.turn_id:
            self._ensure()

    def _work(self, work: Any) -> None:
        if not getattr(work, "turn_id", None):
            self._ensure()

    def _said(self, said: Any) -> None:
        if said.message:
            self._ensure()

    def _reasoned(self, reasoning: Any) -> None:
        if reasoning.form != "agent_reasoning_section_break":
            self._ensure()

    def _message(self, message: Any) -> None:
        if message.role == "user" and (message.text or "").startswith(HOOK_PROMPT):
            self._ensure()

    def _bare_message(self, message: Any) -> None:
        if is_boundary(message):
            if self._current is not None:
                self._finish()
            self._open(Opening.IMPLICIT).take_input(message.text, self._line)
        elif message.role == "assistant":
            self._ensure()


def error_name(code: Any) -> str:
    """The class of an error, without the details, in the one spelling that rollouts and captures have in common."""
    names: list[Any] = list(cast("dict[str, Any]", code)) if isinstance(code, dict) else [code]
    return str(names[0]).replace("_", "").lower() if names else ""


def is_readable(payload: Any, kind: type[Event]) -> bool:
    """Whether the vendor's newest reader takes the record in; what it cannot parse it passes over, uncounted."""
    if kind is TurnContextRecorded:
        policy, summary = _wire_field(payload, "sandbox_policy"), _wire_field(payload, "summary")
        if isinstance(policy, dict) and "type" not in policy:  # before 0.60: `mode`
            return False
        return summary is None or (isinstance(summary, str) and summary in SUMMARIES)
    return kind not in UNREAD


def _wire_field(payload: Any, name: str) -> Any:
    """A field that the wire struct has and the event keeps in `extra`."""
    return getattr(payload, name, None) or getattr(payload, "extra", {}).get(name)
