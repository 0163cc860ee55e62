"""The questions that are open, and what comes of those that were denied, answered late or never."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, Final

import attrs

from turnfold.events import (
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    ExecBegan,
    ItemCompleted,
    TurnCompleted,
    TurnStarted,
)
from turnfold.replay.invariants.checker import Checker
from turnfold.replay.invariants.registry import on
from turnfold.rollouts import Dialect

TO_ACT: Final = ("exec", "patch")
"""Kinds of questions without whose answer the call itself may not run."""

HOLDING: Final = (*TO_ACT, "intercepted", "permissions", "user_input", "dynamic_tool")
"""Kinds for which a call of the open turn waits. Hosts and tool servers may ask from the background."""

DENIALS: Final = frozenset({"denied", "timed_out", "abort", "decline", "cancel"})
ENDINGS: Final = frozenset({"abort", "cancel"})
"""Denials that interrupt the turn as well."""


class QuestionBreak(Enum):
    """What can be wrong with a question and its answer."""

    NEVER_RESOLVED = auto()
    TOO_LATE = auto()
    OTHER_TURN = auto()
    RAN_WHILE_ASKED = auto()
    DENIED_BUT_RAN = auto()
    CANCELLED_BUT_COMPLETED = auto()


@attrs.frozen
class Question:
    """A question, and the line of what was last heard of it."""

    approval_id: str
    call_id: str | None
    turn_id: str | None
    is_to_act: bool
    """Whether it asks for leave to run the call itself."""
    is_holding: bool
    """Whether a call of its turn waits for it."""
    at: int
    decision: str = ""


class Questions(Checker):
    """Keeps each open question by its id. Denials and late answers are kept until the next turn starts."""

    def begin(self) -> None:
        self._open: dict[str, Question] = {}
        self._dropped: dict[str, Question] = {}
        self._denied: dict[str | None, Question] = {}
        self._late: dict[str | None, Question] = {}

    @on(ApprovalRequested)
    def asked(self, event: Any, at: int) -> None:
        kind, turn, turn_id = event.approval_kind, self.session.turn, event.turn_id
        question = Question(
            event.approval_id,
            event.call_id,
            turn_id,
            kind in TO_ACT and event.inner_id is None,
            kind in HOLDING,
            at,
        )
        self._open[event.approval_id] = question
        self._denied.pop(event.call_id, None)
        if question.is_holding and turn is not None and turn_id not in (None, turn.turn_id):
            witnesses = (turn.at, "start of the open turn"), (at, "question of another")
            facts: dict[str, Any] = {
                "approval_id": event.approval_id,
                "turn_id": turn_id,
                "open_id": turn.turn_id,
            }
            self.tell(QuestionBreak.OTHER_TURN, at, *witnesses, subject=event.approval_id, **facts)

    @on(ApprovalResolved)
    def resolved(self, event: Any, at: int) -> None:
        question = self._open.pop(event.approval_id, None) or self._dropped.pop(event.approval_id, None)
        if question is None:
            return
        answer = attrs.evolve(question, at=at, decision=event.decision)
        ended = self.session.ended.get(question.turn_id or "", 0)
        if ended and self.session.profile.dialect is Dialect.APP_SERVER:
            self._late[question.call_id] = answer  # it crossed the end of its turn: only an effect is wrong
        elif ended:
            witnesses = (question.at, "question"), (ended, "end of its turn"), (at, "answer")
            facts: dict[str, Any] = {
                "approval_id": question.approval_id,
                "turn_id": question.turn_id,
                "ended": ended,
            }
            subject, effect = question.approval_id, "it was taken"
            self.tell(QuestionBreak.TOO_LATE, at, *witnesses, subject=subject, effect=effect, **facts)
        elif question.is_to_act and event.decision in DENIALS:
            self._denied[question.call_id] = answer

    @on(ApprovalDropped)
    def dropped(self, event: Any, at: int) -> None:
        question = self._open.pop(event.approval_id, None)
        if question is not None:
            self._dropped[event.approval_id] = question

    @on(ExecBegan)
    def began(self, event: Any, at: int) -> None:
        if self._open or self._denied or self._late:
            self._ran(event.call_id, "its command began", at)

    @on(ItemCompleted)
    def item(self, event: Any, at: int) -> None:
        if event.status == "completed" and (self._open or self._denied or self._late):
            self._ran(event.item_id, "its item was done", at)

    @on(TurnStarted)
    def turn_started(self, event: Any, at: int) -> None:
        self._dropped.clear()
        self._denied.clear()
        self._late.clear()
        over = [key for key, question in self._open.items() if question.turn_id in self.session.ended]
        for key in over:
            del self._open[key]

    @on(TurnCompleted)
    def turn_completed(self, event: Any, at: int) -> None:
        if event.error is not None:
            return
        for question in self._open.values():
            if question.turn_id == event.turn_id and question.is_holding:
                self._tell(QuestionBreak.NEVER_RESOLVED, question, "question", "end of its turn", at)
        for answer in self._denied.values():
            if answer.turn_id == event.turn_id and answer.decision in ENDINGS:
                what = QuestionBreak.CANCELLED_BUT_COMPLETED
                self._tell(what, answer, f"answered `{answer.decision}`", "end of its turn", at)

    def _ran(self, call_id: str | None, what: str, at: int) -> None:
        """The call ran: nothing about it may be open, denied, or allowed only after its turn."""
        for question in self._open.values():
            if question.is_to_act and question.call_id == call_id:
                self._tell(QuestionBreak.RAN_WHILE_ASKED, question, "question", what, at)
        if answer := self._denied.pop(call_id, None):
            role = f"answered `{answer.decision}`"
            self._tell(QuestionBreak.DENIED_BUT_RAN, answer, role, what, at)
        if late := self._late.pop(call_id, None):
            ended = self.session.ended[late.turn_id or ""]
            witnesses = (ended, "end of its turn"), (late.at, "answer"), (at, what)
            facts: dict[str, Any] = {"approval_id": late.approval_id, "turn_id": late.turn_id, "ended": ended}
            self.tell(QuestionBreak.TOO_LATE, at, *witnesses, subject=late.approval_id, effect=what, **facts)

    def _tell(self, what: QuestionBreak, question: Question, role: str, then: str, at: int) -> None:
        facts: dict[str, Any] = {
            "approval_id": question.approval_id,
            "call_id": question.call_id,
            "turn_id": question.turn_id,
            "since": question.at,
            "decision": question.decision,
            "then": then,
            "now": at,
        }
        self.tell(what, at, (question.at, role), (at, then), subject=question.approval_id, **facts)
