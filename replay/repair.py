"""Repair: what must have happened for an illegal event of a foreign log to be legal after all.

The reducer is strict. A foreign log is not: its producer crashed, never wrote some events, or is older than they
are. The table below says, for what the reducer refuses, which rule names the defect, and which events are inferred.
What the table does not know is refused, and the state stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from turnfold.core import IllegalEvent, Machine, Phase, SessionPhase, State, TurnPhase
from turnfold.events import (
    ApprovalResolved,
    Event,
    HistoryRolledBack,
    HookClosed,
    HookCompleted,
    HookStarted,
    SessionForked,
    SessionMetaRecorded,
    SessionResumed,
    ShutdownCompleted,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    TurnReserved,
    TurnStarted,
)
from turnfold.replay.copies import is_own
from turnfold.replay.inferred import (
    Events,
    abort_phases,
    approvals_dropped,
    calls_closed,
    closed_call,
    closed_run,
    hidden_way,
    hooks_closed,
    reason_of,
    requested_approval,
    requested_call,
    started_run,
    turn_aborted,
    turn_completed,
)

S, T = SessionPhase, TurnPhase


@attrs.frozen
class Repair:
    """A way to go on."""

    events: Events
    """What is inferred, in order, before the event is tried again."""
    code: str | None = None
    """The rule that names the defect; None where the producer just cannot show what is inferred."""
    gives_up: bool = False
    """Whether the event itself is to be refused all the same."""


@attrs.define(kw_only=True)
class Memory:
    """What a repair must know beside the state. Grows with the number of turns."""

    session_id: str | None = None
    """Who the session is; None when no record says so."""
    shown: frozenset[type[Event]] = frozenset()
    """Event classes whose absence means something in this log."""
    identity: SessionMetaRecorded | None = None
    """The first identity record."""
    readable: int = 0
    """Number of records that came before, as the ids of implicit turns count them."""
    ended: set[str] = attrs.field(factory=set[str])
    """Turns that had a terminal."""
    implicit: str | None = None
    """The open turn, if it was inferred because the log cannot say where turns begin."""

    @property
    def next_id(self) -> str:
        """Id for a turn that begins here and has none."""
        return f"rollout-{self.readable}"


@attrs.frozen
class Case:
    """What the reducer is faced with."""

    state: State
    event: Event
    refusal: IllegalEvent
    memory: Memory

    @property
    def turn_id(self) -> str | None:
        """Turn that the event names."""
        value: object = getattr(self.event, "turn_id", None)
        return value if isinstance(value, str) and value else None

    def code_if_shown(self, code: str, *kinds: type[Event]) -> str | None:
        """*code*, if the log would show *kinds* had they happened."""
        return code if all(kind in self.memory.shown for kind in kinds) else None


Remedy = Callable[[Case], Repair | None]


@attrs.frozen
class Entry:
    """One line of the table."""

    machine: Machine
    """Machine that refused."""
    phases: frozenset[Phase] | None
    """Phases in which this entry helps; None: all."""
    kinds: frozenset[type[Event]] | None
    """Event classes that it helps; None: all."""
    remedy: Remedy

    def fits(self, case: Case) -> bool:
        """Whether the refusal is one of these."""
        refusal = case.refusal
        return (
            self.machine is refusal.machine
            and (self.phases is None or refusal.phase in self.phases)
            and (self.kinds is None or type(case.event) in self.kinds)
        )


def _identity(case: Case) -> Repair:
    """Something before any identity record: there is none, or (in a capture) the connection came first."""
    session_id = case.memory.session_id
    return Repair(
        (SessionMetaRecorded(session_id=session_id or ""),), "TF101" if session_id is None else None
    )


def _end_for_start(case: Case) -> Repair | None:
    """A turn starts while one is open: the open one never ended."""
    turn = case.state.turn
    if turn is None or turn.turn_id == case.turn_id:
        return Repair((), "TF310", gives_up=True)
    if turn.turn_id == case.memory.implicit:
        return Repair(turn_completed(case.state))
    identity = case.memory.identity
    is_copied = identity is not None and identity.forked_from_id is not None and not is_own(identity, turn)
    return Repair(turn_aborted(case.state), None if is_copied else "TF305")


def _end_for(code: str) -> Remedy:
    """Something happens that happens only between turns: the open turn ended unseen."""

    def remedy(case: Case) -> Repair:
        if case.state.turn is not None and case.state.turn.turn_id == case.memory.implicit:
            return Repair(turn_completed(case.state))
        return Repair(turn_aborted(case.state), code)

    return remedy


def _start_for_terminal(case: Case) -> Repair:
    """A terminal without a turn: the turn of that id was never started, or had its terminal."""
    if case.turn_id in case.memory.ended:
        return Repair((), "TF304", gives_up=True)
    code = "TF302" if isinstance(case.event, TurnAborted) else "TF301"
    started: Any = case.event
    start = TurnStarted(turn_id=case.turn_id or case.memory.next_id, started_at_s=started.started_at_s)
    return Repair((start,), case.code_if_shown(code, TurnStarted))


def _terminal_of_other(case: Case) -> Repair:
    """A terminal of a turn that is not the open one: of an unknown one it ends the open one, as Codex reads it."""
    if case.turn_id in case.memory.ended:
        return Repair((), "TF304", gives_up=True)
    ended = (
        turn_aborted(case.state, reason_of(case.event))
        if isinstance(case.event, TurnAborted)
        else turn_completed(case.state)
    )
    return Repair(ended, "TF307", gives_up=True)


def _start_for_work(case: Case) -> Repair:
    """Work without a turn. With the id of a turn that is over, or of another one than the open one, it is late."""
    if case.turn_id in case.memory.ended:
        return Repair((), None if isinstance(case.event, ApprovalResolved) else "TF308", gives_up=True)
    if case.state.turn is not None:
        return Repair((), "TF316", gives_up=True)
    if case.turn_id is not None:
        return Repair((TurnStarted(turn_id=case.turn_id),), case.code_if_shown("TF309", TurnStarted))
    code = "TF308" if case.memory.ended else "TF309"
    return Repair((TurnStarted(turn_id=case.memory.next_id),), case.code_if_shown(code, TurnStarted))


def _abort_unwinds(case: Case) -> Repair | None:
    events = abort_phases(case.state, reason_of(case.event))
    return Repair(events) if events else None


def _close_calls(case: Case) -> Repair:
    """A turn ends with calls open: Codex leaves them so, our log closes them."""
    is_natural = isinstance(case.event, TurnCompleted)
    code = case.code_if_shown("TF204", ToolCallOutput) if is_natural else None
    return Repair(calls_closed(case.state, "abandoned" if is_natural else reason_of(case.event)), code)


def _request(case: Case) -> Repair:
    return Repair(requested_call(case.event), case.code_if_shown("TF201", ToolCallRequested))


def _hidden(case: Case) -> Repair | None:
    events = hidden_way(case.refusal.machine, case.refusal.phase, case.event, case.memory.shown)
    return Repair(events) if events else None


def _one(*kinds: type[Event]) -> frozenset[type[Event]]:
    return frozenset(kinds)


OPEN_TURN: Final[frozenset[Phase]] = frozenset({S.RESERVED, S.IN_TURN, S.CLOSING_IN_TURN})
TERMINALS: Final = _one(TurnCompleted, TurnAborted)

BARRED: Final = (
    Entry(Machine.CALL, None, None, _close_calls),
    Entry(Machine.HOOK_RUN, None, None, lambda case: Repair(hooks_closed(case.state, reason_of(case.event)))),
    Entry(Machine.APPROVAL, None, None, lambda case: Repair(approvals_dropped(case.state))),
    Entry(Machine.TURN, None, None, _end_for("TF306")),
)
"""For an event that must not happen while something is open: what ends that."""

REPAIRS: Final = (
    Entry(Machine.SESSION, frozenset({S.NEW}), None, _identity),
    Entry(Machine.SESSION, OPEN_TURN, _one(TurnStarted), _end_for_start),
    Entry(Machine.SESSION, OPEN_TURN, _one(HistoryRolledBack), _end_for("TF702")),
    Entry(
        Machine.SESSION,
        OPEN_TURN,
        _one(SessionResumed, SessionForked, ShutdownCompleted, TurnReserved),
        _end_for("TF306"),
    ),
    Entry(Machine.SESSION, frozenset({S.IDLE, S.RESERVED, S.CLOSING}), TERMINALS, _start_for_terminal),
    Entry(
        Machine.SESSION,
        frozenset({S.CLOSED}),
        None,
        lambda case: Repair((SessionResumed(session_id=case.state.session_id or ""),)),
    ),
    Entry(Machine.TURN, frozenset({T.NONE}), TERMINALS, _terminal_of_other),
    Entry(Machine.TURN, frozenset({T.NONE}), None, _start_for_work),
    Entry(Machine.TURN, None, _one(TurnAborted), _abort_unwinds),
    Entry(Machine.CALL, None, _one(ToolCallRequested), lambda case: Repair(closed_call(case.event), "TF203")),
    Entry(Machine.CALL, None, _one(ToolCallOutput), _request),
    Entry(
        Machine.APPROVAL, None, _one(ApprovalResolved), lambda case: Repair(requested_approval(case.event))
    ),
    Entry(
        Machine.HOOK_RUN, None, _one(HookCompleted, HookClosed), lambda case: Repair(started_run(case.event))
    ),
    Entry(Machine.HOOK_RUN, None, _one(HookStarted), lambda case: Repair(closed_run(case.event))),
)
"""For an event that the tables do not allow: what came before it. The first entry that helps is taken."""


def repair(case: Case) -> Repair | None:
    """Return how to go on after a refusal, or None when nobody knows."""
    table = BARRED if case.refusal.barred else REPAIRS
    if not case.refusal.barred and (found := _hidden(case)) is not None:
        return found
    return next(
        (made for entry in table if entry.fits(case) and (made := entry.remedy(case)) is not None), None
    )
