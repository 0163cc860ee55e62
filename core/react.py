"""What a step of the session asks the engine to do. Pure, so that a replay can throw it away."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from turnfold.core.commands import REGULAR
from turnfold.core.effects import (
    AwaitUnwind,
    CancelScopes,
    CancelStartup,
    CloseSession,
    ConcludeAbort,
    DropWaiter,
    Effect,
    FlushJournal,
    ReleaseWaiter,
    StartTask,
    Stop,
)
from turnfold.core.lifecycle import SessionPhase, TurnPhase
from turnfold.core.state import State, Turn
from turnfold.events import (
    INTERRUPTED,
    ApprovalDropped,
    ApprovalResolved,
    Event,
    StartupCancelled,
    TurnReserved,
)

GRACE_MS: Final = 100
"""Grace of a log that names none: Codex' `GRACEFULL_INTERRUPTION_TIMEOUT_MS` (F3)."""


def react(before: State, events: Sequence[Event], after: State) -> tuple[Effect, ...]:
    """Return what the step from *before* by *events* to *after* asks for, in the order in which it is to be done."""
    found: list[Effect] = []
    for event in events:
        if isinstance(event, ApprovalResolved):
            found.append(ReleaseWaiter(event))
        elif isinstance(event, ApprovalDropped):
            found.append(DropWaiter(event.approval_id))
        elif isinstance(event, StartupCancelled):
            found.append(CancelStartup())
    found += _of_turn(before.turn, events, after)
    if after.session is not before.session or after.turn is not before.turn:
        found += _of_session(before, after)
    return tuple(found)


def _start(turn: Turn, events: Sequence[Event], _after: State) -> Effect:
    reserved = [event for event in events if isinstance(event, TurnReserved)]
    trigger = reserved[-1].trigger if reserved else None
    return StartTask(turn.turn_id, turn.task_kind or REGULAR, trigger)


def _conclude(turn: Turn, _events: Sequence[Event], _after: State) -> Effect:
    return ConcludeAbort(turn.turn_id, turn.abort_reason or INTERRUPTED, turn.started_at_s)


def _unwind(turn: Turn, _events: Sequence[Event], after: State) -> Effect:
    grace_ms = after.behaviour.grace_ms
    return AwaitUnwind(turn.turn_id, GRACE_MS if grace_ms is None else grace_ms)


_WORK: Final[Mapping[TurnPhase, Callable[[Turn, Sequence[Event], State], Effect]]] = MappingProxyType(
    {
        TurnPhase.RESERVED: _start,
        TurnPhase.ABORTING: lambda turn, _events, _after: CancelScopes(turn.turn_id),
        TurnPhase.CANCELLED: _unwind,
        TurnPhase.UNWOUND: _conclude,
        TurnPhase.MARKED: lambda turn, _events, _after: FlushJournal(turn.turn_id),
        TurnPhase.FLUSHED: _conclude,
    }
)
"""What a turn needs from the engine when it comes into a phase. A running turn works by itself."""


def _of_turn(before: Turn | None, events: Sequence[Event], after: State) -> tuple[Effect, ...]:
    turn = after.turn
    if turn is None or turn.phase not in _WORK:
        return ()
    if before is not None and (before.turn_id, before.phase) == (turn.turn_id, turn.phase):
        return ()
    return (_WORK[turn.phase](turn, events, after),)


def _of_session(before: State, after: State) -> tuple[Effect, ...]:
    if after.session is SessionPhase.CLOSED and before.session is not SessionPhase.CLOSED:
        return (Stop(),)
    closing = after.session is SessionPhase.CLOSING and after.turn is None
    was_closing = before.session is SessionPhase.CLOSING and before.turn is None
    return (CloseSession(),) if closing and not was_closing else ()
