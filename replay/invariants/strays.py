"""What the rules on activity outside any turn share.

Records outside a turn come in stretches. A stretch is reported once, when it is over: only then is it known whether
it has a reason of its own, namely a turn whose start is missing (the terminal without a start at its end says so).
"""

from __future__ import annotations

from typing import Any, ClassVar

from turnfold.core.lifecycle import EVENT_TRIGGERED, Machine, TurnPhase, alphabet
from turnfold.events import (
    ApprovalResolved,
    CompactionNoted,
    Event,
    HistoryCompacted,
    MessageRecorded,
    ReviewModeEntered,
    ReviewModeExited,
    TurnAborted,
    TurnCompleted,
    TurnContextRecorded,
    TurnStarted,
    TurnSteered,
    UserInputRecorded,
)
from turnfold.replay.invariants.registry import OrderRule, on
from turnfold.rollouts.record import kind_of

NAMED_ELSEWHERE = frozenset[type[Event]](
    {
        ApprovalResolved,
        CompactionNoted,
        HistoryCompacted,
        ReviewModeEntered,
        ReviewModeExited,
        TurnAborted,
        TurnCompleted,
        TurnContextRecorded,
        TurnStarted,
        TurnSteered,
        UserInputRecorded,
    }
)
"""Kinds whose place outside a turn has a rule of its own."""

STRAYS = alphabet(Machine.TURN) - EVENT_TRIGGERED[Machine.TURN][TurnPhase.NONE].keys() - NAMED_ELSEWHERE
"""Kinds that need an open turn."""


class Stray(OrderRule):
    """Activity while no turn is open; subclasses say after what."""

    after: ClassVar[type[Event] | None]
    """How the last turn ended; None for no turn at all yet."""

    def begin(self) -> None:
        self.first = 0
        self.count = 0
        self.kind = ""

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        self.stray(kind_of(event), at)

    @on(MessageRecorded)
    def message(self, event: Any, at: int) -> None:
        """The tables let messages pass at any time: context is written between turns. What the model says is not."""
        if event.role == "assistant" and self.session.turn is None and self.session.turns_are_visible:
            self.stray(MessageRecorded, at)

    def stray(self, kind: type[Event], at: int) -> None:
        last = self.session.last
        if (last.ending if last else None) is not self.after or self.session.in_review:
            return  # in review mode the reviewer's session is at work, whose turns are told elsewhere
        if not self.count:
            self.first, self.kind = at, kind.kind
        self.count += 1

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        self.close(self.session.last.turn_id if self.session.last else None, at)

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        """A terminal while a stretch is open: of a turn without a start, or a second one."""
        self.close(event.turn_id, at)

    def finish(self, at: int) -> None:
        self.close(self.session.last.turn_id if self.session.last else None, at)

    def close(self, subject: str | None, at: int) -> None:
        """Report the stretch, if there is one."""
        if not self.count:
            return
        last = self.session.last
        ended = last.ended_at if last else 0
        self.found(
            self.first,
            *(((ended, "end of the last turn"),) if ended else ()),
            (self.first, "first record outside a turn"),
            subject=subject,
            turn_id=last.turn_id if last else "(none)",
            ended=ended,
            kind=self.kind,
            count=self.count,
            first=self.first,
        )
        self.count = 0
