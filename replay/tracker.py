"""The tracker: runs the lifecycle tables over a log, and keeps the view that the rules share.

The tables come projected to what the producer can show, so an instance is in a *set* of possible phases and an event
is refused only if it is illegal in all of them. A refused event is told to the order rules and then repaired in the
way of the vendor's own reader: it must not make everything after it illegal too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from turnfold.core.lifecycle import EVENT_TRIGGERED, KEYS, Machine, Phase, SessionPhase, alphabet, project
from turnfold.events import (
    AbortBegan,
    ApprovalDropped,
    ApprovalResolved,
    Event,
    ReviewModeEntered,
    ReviewModeExited,
    SessionMetaRecorded,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
    TurnReserved,
    TurnStarted,
    WaitersDropped,
)
from turnfold.replay.copies import begins_copy, ends_copy
from turnfold.replay.instances import Instances
from turnfold.replay.invariants.registry import Handler, OrderRule
from turnfold.replay.session import SessionView, TurnView
from turnfold.rollouts import Profile

SLOT = ""
"""Key of the session machine's only instance."""

KEYED = (Machine.APPROVAL, Machine.HOOK_RUN, Machine.NETWORK)
"""Machines whose events need nothing but their own table."""


class Tracker:
    """Takes in each event before the rules see it."""

    def __init__(self, session: SessionView) -> None:
        self.session = session
        self._machines: dict[Machine, Instances] = {}
        self._rules: dict[tuple[Machine, Phase, type[Event]], list[OrderRule]] = {}
        self._last: list[OrderRule] = []
        """Told of what those do not explain."""
        self._told_at = 0
        """Line of the last refusal that was told: an event that two machines refuse is one fault."""
        self._review_of: TurnView | None = None
        """The turn that was open when review mode was entered."""
        self._reviewers: dict[str, tuple[Any, int]] = {}
        """Starts taken for a reviewer's, with their lines: turn id → start."""

    def adopt(self, profile: Profile, rules: Iterable[OrderRule]) -> None:
        """Use the tables as *profile* shows them, and tell *rules* of refusals."""
        self._machines = {
            machine: Instances(
                project(machine, profile.visible if machine in KEYED else profile.persisted),
                before=self._machines.get(machine),
            )
            for machine in Machine
        }
        self._turns, self._calls = self._machines[Machine.TURN], self._machines[Machine.CALL]
        self._slot = self._machines[Machine.SESSION]
        self._shows_phases = AbortBegan in profile.persisted
        self.session.last_move_of_call = self._calls.since
        self._rules, self._last = {}, []
        for rule in rules:
            for refusal in rule.refused:
                self._rules.setdefault(refusal, []).append(rule)
            if rule.speaks_last and self._shows_phases:
                self._last.append(rule)

    def handlers(self) -> Mapping[type[Event], list[Handler]]:
        """What must be called for which event, before the rules' handlers."""
        judged = self._in_turn if self._shows_phases else self._outside_turn
        found: dict[type[Event], list[Handler]] = {
            kind: [judged(kind)] for kind in alphabet(Machine.TURN) if kind not in TURN_EVENTS
        }
        if self._shows_phases:
            found[TurnReserved] = [self._keyed(Machine.TURN, TurnReserved)]
            found[TurnCleared] = [self._cleared]
            found[AbortBegan].append(self._abort_began)
        for machine in KEYED:
            for kind in alphabet(machine) & self.session.profile.visible:
                found.setdefault(kind, []).append(self._keyed(machine, kind))
        for kind in alphabet(Machine.CALL) & self.session.profile.persisted - CALL_EVENTS:
            found.setdefault(kind, []).append(self._keyed(Machine.CALL, kind))
        for kind in self._guarded():
            found.setdefault(kind, []).append(self._in_slot(kind))
        found[TurnStarted] = [self._started]
        found[TurnCompleted] = [self._ended(TurnCompleted)]
        found[TurnAborted] = [self._ended(TurnAborted)]
        found.setdefault(ToolCallRequested, []).append(self._requested)
        found.setdefault(ToolCallOutput, []).append(self._answered)
        found.setdefault(ToolCallClosed, []).append(self._closed)
        found[SessionMetaRecorded] = [self._identified]
        found.setdefault(ReviewModeEntered, []).append(self._review(True))
        found.setdefault(ReviewModeExited, []).append(self._review(False))
        return found

    def phases(self, machine: Machine, key: str) -> frozenset[Phase]:
        """Where the instance of that key can be, as far as the log shows; its end if it has ended."""
        return self._machines[machine].phases(key)

    def _refuse(self, machine: Machine, event: Any, kind: type[Event], at: int, key: str) -> None:
        instances = self._machines[machine]
        phases = instances.phases(key)
        told = list(
            dict.fromkeys(rule for phase in phases for rule in self._rules.get((machine, phase, kind), ()))
        )
        is_told = at == self._told_at or machine in TOLD_ELSEWHERE or kind in NAMED_BY_CONTENT
        for rule in told or (() if is_told or SessionPhase.NEW in phases else self._last):
            self._told_at = at
            rule.breached(event, at, key, instances.since(key))

    def _keyed(self, machine: Machine, kind: type[Event]) -> Handler:
        instances, attribute = self._machines[machine], KEYS[machine]

        def step(event: Any, at: int) -> None:
            key = getattr(event, attribute)
            if key is not None and not instances.step(key, kind, at):
                self._refuse(machine, event, kind, at, key)
                if self._shows_phases:
                    instances.catch_up(key, kind, at)

        return step

    def _guarded(self) -> frozenset[type[Event]]:
        """What the slot refuses in some phase of an open session, turn starts and terminals apart."""
        table = EVENT_TRIGGERED[Machine.SESSION]
        legal_always = frozenset[type[Event]].intersection(
            *(frozenset(table[phase]) for phase in OPEN_PHASES)
        )
        return (alphabet(Machine.SESSION) & self.session.profile.persisted) - legal_always - TURN_EVENTS

    def _in_slot(self, kind: type[Event]) -> Handler:
        instances, session = self._machines[Machine.SESSION], self.session

        def step(event: Any, at: int) -> None:
            if session.turns_are_visible and not instances.step(SLOT, kind, at):
                self._refuse(Machine.SESSION, event, kind, at, SLOT)

        return step

    def _outside_turn(self, kind: type[Event]) -> Handler:
        session, instances = self.session, self._machines[Machine.TURN]

        def check(event: Any, at: int) -> None:
            if session.turn is None and session.turns_are_visible:
                key = session.last.turn_id if session.last else SLOT
                if not instances.may(key, kind):
                    self._refuse(Machine.TURN, event, kind, at, key)

        return check

    def _in_turn(self, kind: type[Event]) -> Handler:
        """Step the open turn, where the log shows every phase of it."""
        session, instances, outside = self.session, self._turns, self._outside_turn(kind)

        def step(event: Any, at: int) -> None:
            turn = session.turn
            if turn is None:
                outside(event, at)
            elif getattr(event, "turn_id", None) in (None, turn.turn_id) and not instances.step(
                turn.turn_id, kind, at
            ):
                self._refuse(Machine.TURN, event, kind, at, turn.turn_id)
                instances.catch_up(turn.turn_id, kind, at)

        return step

    def _cleared(self, event: Any, at: int) -> None:
        """A turn that no client has seen is over. It is told by its own id, as its reservation is."""
        turn_id = event.turn_id
        if not self._turns.step(turn_id, TurnCleared, at):
            self._refuse(Machine.TURN, event, TurnCleared, at, turn_id)
            self._turns.catch_up(turn_id, TurnCleared, at)
            self._close(turn_id, TurnCleared, at)

    def _abort_began(self, event: Any, at: int) -> None:
        turn = self.session.turn
        if turn is not None and event.turn_id == turn.turn_id:
            turn.aborting_at = turn.aborting_at or at

    def _identified(self, event: Any, at: int) -> None:
        session = self.session
        session.in_copy = session.in_copy or begins_copy(session, event)
        if session.identity is None:
            session.identity, session.identity_at = event, at
            self._slot.step(SLOT, SessionMetaRecorded, at)

    def _started(self, event: Any, at: int) -> None:
        session, turn_id = self.session, event.turn_id or ""
        if session.in_review and session.turn is not None and self._review_of in (None, session.turn):
            self._reviewers[turn_id] = event, at
            return  # a reviewer's turn, told inside of the one that asked for the review
        if self._review_of is not None:
            self._leave_review()
        if session.in_copy and ends_copy(session, event):
            session.in_copy, session.copy_ended_at = False, at - 1
        if not self._turns.step(turn_id, TurnStarted, at):
            self._refuse(Machine.TURN, event, TurnStarted, at, turn_id)
            if session.turn is not None and session.turn.turn_id == turn_id:
                return
        if session.turn is not None:
            self._refuse(Machine.SESSION, event, TurnStarted, at, SLOT)
            session.turn.cut_at = at
            session.cut[session.turn.turn_id] = session.last = session.turn
        elif not self._slot.step(SLOT, TurnStarted, at):
            self._refuse(Machine.SESSION, event, TurnStarted, at, SLOT)
        session.started.setdefault(turn_id, at)
        session.turn = TurnView(
            turn_id=turn_id,
            at=at,
            started_at_s=event.started_at_s,
            timestamp=session.timestamp,
            copied=session.in_copy,
        )

    def _ended(self, kind: type[Event]) -> Handler:
        def end(event: Any, at: int) -> None:
            session = self.session
            session.closed = None
            if not session.turns_are_visible:
                return
            turn_id = event.turn_id or (session.turn.turn_id if session.turn else SLOT)
            self._own_up(turn_id)
            if not self._turns.step(turn_id, kind, at):
                self._refuse(Machine.TURN, event, kind, at, turn_id)
                if turn_id in session.ended:  # the vendor's reader ignores a second terminal …
                    return
                turn_id = (
                    session.turn.turn_id if session.turn else turn_id
                )  # … and lets an unknown id end the turn
                if not self._turns.step(turn_id, kind, at) and self._shows_phases:
                    self._turns.catch_up(turn_id, kind, at)
            self._close(turn_id, kind, at)

        return end

    def _own_up(self, turn_id: str) -> None:
        """A turn ends or asks for a review: if its start was taken for a reviewer's, it was a turn of the session.

        For a reviewer's has no end, and asks for none. The process was killed in review mode, and another one went on.
        """
        if turn_id in self._reviewers:
            event, at = self._reviewers[turn_id]
            self._leave_review()
            self._started(event, at)

    def _leave_review(self) -> None:
        self.session.in_review, self._review_of = False, None
        self._reviewers.clear()

    def _close(self, turn_id: str, kind: type[Event], at: int) -> None:
        session = self.session
        turn = session.cut.pop(turn_id, None)
        if turn is None and session.turn is not None and session.turn.turn_id == turn_id:
            turn, session.turn = session.turn, None
            session.last = turn
            self._reviewers.clear()
            self._slot.step(SLOT, kind, at)
        session.ended.setdefault(turn_id, at)
        session.closed = turn
        if turn is not None:
            turn.ended_at, turn.ending = at, kind

    def _requested(self, event: Any, at: int) -> None:
        call_id, session = event.call_id, self.session
        if call_id is None:
            session.requested_before = 0
            return
        earlier = self._calls.move(call_id, ToolCallRequested, at)
        if earlier is None:
            earlier = self._calls.since(call_id)
            self._refuse(Machine.CALL, event, ToolCallRequested, at, call_id)
        session.requested_before = earlier
        if earlier:
            session.reused[call_id] = at
        session.open_calls[call_id] = at

    def _answered(self, event: Any, at: int) -> None:
        call_id, session = event.call_id, self.session
        if call_id is None:
            session.answered_at = 0
            return
        session.answered_at = session.open_calls.pop(call_id, 0)
        if not self._calls.step(call_id, ToolCallOutput, at):
            self._refuse(Machine.CALL, event, ToolCallOutput, at, call_id)

    def _closed(self, event: Any, _: int) -> None:
        self.session.open_calls.pop(event.call_id, None)

    def _review(self, entered: bool) -> Callable[[Any, int], None]:
        def note(event: Any, at: int) -> None:
            if entered and self._reviewers:
                self._own_up(next(reversed(self._reviewers)))
            self.session.in_review = entered
            self._review_of = self.session.turn if entered else None

        return note


TURN_EVENTS = frozenset[type[Event]]({TurnStarted, TurnCompleted, TurnAborted})
CALL_EVENTS = frozenset[type[Event]]({ToolCallRequested, ToolCallOutput})
TOLD_ELSEWHERE = frozenset({Machine.APPROVAL, Machine.HOOK_RUN})
"""Machines of which every refusal has a rule that looks at contents."""
NAMED_BY_CONTENT = frozenset[type[Event]]({ApprovalDropped, ApprovalResolved, WaitersDropped})
"""Kinds whose place has a rule that looks at contents, whichever machine refuses them."""
OPEN_PHASES = tuple(phase for phase in SessionPhase if phase not in (SessionPhase.NEW, SessionPhase.CLOSED))
