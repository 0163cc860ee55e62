"""The `<turn_aborted>` marker and the abort that it belongs to: they come in pairs, marker first."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, Final

from turnfold.events import (
    INTERRUPTED,
    AbortMarkerRecorded,
    AgentMessageEmitted,
    AgentReasoningEmitted,
    ItemCompleted,
    MessageRecorded,
    ReasoningRecorded,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    UserInputRecorded,
)
from turnfold.replay.invariants.checker import Checker
from turnfold.replay.invariants.registry import on
from turnfold.replay.user_text import MARKER

USER_ITEMS = ("UserMessage", "userMessage")


WORK: Final = (
    ReasoningRecorded,
    AgentMessageEmitted,
    AgentReasoningEmitted,
    ToolCallRequested,
    ToolCallOutput,
)
"""What the model and its tools do; its messages are told by their role."""


class MarkerBreak(Enum):
    """What can be wrong between a marker and an abort."""

    NO_MARKER = auto()
    NO_ABORT = auto()
    OTHER_REASON = auto()
    ACTIVITY = auto()


class Markers(Checker):
    """Remembers the marker that waits for its abort."""

    def begin(self) -> None:
        self._at = 0
        """Line of the marker; 0 when none waits."""
        self._turn_id = ""
        """The turn in which it was recorded, or after which."""
        self._spoke_at = 0
        """Line of the latest message of the model."""

    @on(MessageRecorded)
    def message(self, event: Any, at: int) -> None:
        if event.role == "assistant":
            self._spoke_at = at
        elif (event.text or "").startswith(MARKER):
            self.marked(event, at)

    @on(AbortMarkerRecorded)
    def marked(self, event: Any, at: int) -> None:
        self._unpaired(at)
        turn = self.session.turn or self.session.last
        self._at, self._turn_id = at, turn.turn_id if turn else "(unnamed)"

    @on(UserInputRecorded)
    def quoted(self, event: Any, at: int) -> None:
        """What a user typed is no marker, whatever it says."""
        if self._at and (event.message or "").startswith(MARKER):
            self._at = 0

    @on(ItemCompleted)
    def quoted_in_item(self, event: Any, at: int) -> None:
        """The same in paginated files."""
        if self._at and event.item_type in USER_ITEMS and (event.text or "").startswith(MARKER):
            self._at = 0

    def finish(self, at: int) -> None:
        self._work()

    def _work(self) -> None:
        """If a marker waits, nothing of the model or of its tools may have come since."""
        marked = self._at
        if not marked:
            return
        worked = max(self._spoke_at, self.session.last_of(*WORK))
        if worked > marked:
            witnesses = (marked, "marker"), (worked, "work after it")
            facts = {"turn_id": self._turn_id, "marked": marked}
            self.tell(MarkerBreak.ACTIVITY, worked, *witnesses, subject=self._turn_id, **facts)

    @on(TurnAborted)
    def aborted(self, event: Any, at: int) -> None:
        self._work()
        marked, self._at = self._at, 0
        closed = self.session.closed
        turn_id = event.turn_id or (closed.turn_id if closed else "(unnamed)")
        if event.reason == INTERRUPTED:
            if not marked:
                self.tell(MarkerBreak.NO_MARKER, at, (at, "the abort"), subject=turn_id, turn_id=turn_id)
        elif marked:
            witnesses = (marked, "marker"), (at, "the abort, for another reason")
            facts: dict[str, Any] = {"turn_id": turn_id, "marked": marked, "reason": event.reason}
            self.tell(MarkerBreak.OTHER_REASON, at, *witnesses, subject=turn_id, **facts)

    @on(TurnStarted, TurnCompleted)
    def other_end(self, event: Any, at: int) -> None:
        self._unpaired(at)

    def _unpaired(self, at: int) -> None:
        """If a marker waits, its abort did not come."""
        self._work()
        marked, self._at = self._at, 0
        if marked:
            witnesses = (marked, "marker"), (at, "its abort should have come before")
            facts: dict[str, Any] = {"turn_id": self._turn_id, "marked": marked, "until": at}
            self.tell(MarkerBreak.NO_ABORT, marked, *witnesses, subject=self._turn_id, **facts)
