"""Events that nobody recorded, made from what is known: the words of which repairs are put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from turnfold.core import Machine, State, Turn, TurnPhase, bridge
from turnfold.events import (
    ABORT_REASONS,
    INTERRUPTED,
    AbortBegan,
    AbortUnwound,
    ApprovalDropped,
    ApprovalRequested,
    Event,
    ExecBegan,
    HookClosed,
    HookStarted,
    ReviewStarted,
    ScopesCancelled,
    ShutdownBegan,
    ToolCallClosed,
    ToolCallRequested,
    ToolDecisionRecorded,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
)

ABORT_PHASES: Final = frozenset({AbortBegan, ScopesCancelled, AbortUnwound})
"""What lies between a running turn and its abort; only our own log shows it."""

Events = tuple[Event, ...]


def calls_closed(state: State, how: str) -> Events:
    """Close every open call."""
    return tuple(ToolCallClosed(call_id=call_id, how=how) for call_id in state.calls)


def hooks_closed(state: State, reason: str) -> Events:
    """Close every open hook run."""
    return tuple(HookClosed(run_id=run_id, reason=reason) for run_id in state.hook_runs)


def approvals_dropped(state: State) -> Events:
    """Drop every open question."""
    return tuple(ApprovalDropped(approval_id=approval_id) for approval_id in state.approvals)


def open_turn(state: State) -> Turn:
    """The turn in the slot, of a state that has one."""
    assert state.turn is not None, "only an open turn can be ended"
    return state.turn


def abort_phases(state: State, reason: str) -> Events:
    """What has to happen before the open turn can be aborted: all it opened is closed, and the abort unwinds."""
    turn = open_turn(state)
    made: dict[type[Event], Event] = {
        AbortBegan: AbortBegan(turn_id=turn.turn_id, reason=reason),
        ScopesCancelled: ScopesCancelled(turn_id=turn.turn_id),
        AbortUnwound: AbortUnwound(turn_id=turn.turn_id),
    }
    steps = bridge(Machine.TURN, turn.phase, TurnAborted, ABORT_PHASES) or ()
    return (*calls_closed(state, INTERRUPTED), *hooks_closed(state, reason), *(made[step] for step in steps))


def turn_aborted(state: State, reason: str = INTERRUPTED) -> Events:
    """End the open turn as one whose process died: Codex too shows it as interrupted."""
    turn = open_turn(state)
    if turn.phase is TurnPhase.RESERVED:
        return (TurnCleared(turn_id=turn.turn_id),)
    terminal = TurnAborted(turn_id=turn.turn_id, reason=turn.abort_reason or reason)
    return (*abort_phases(state, reason), terminal)


def turn_completed(state: State) -> Events:
    """End the open turn as one that came to its end."""
    closed = (*calls_closed(state, "abandoned"), *hooks_closed(state, "abandoned"))
    return (*closed, TurnCompleted(turn_id=open_turn(state).turn_id))


def reason_of(event: Event) -> str:
    """The reason of an abort, for the phases before it."""
    reason: object = getattr(event, "reason", None)
    return reason if isinstance(reason, str) and reason in ABORT_REASONS else INTERRUPTED


def requested_call(event: Event) -> Events:
    """The request of the call that *event* is about."""
    named: Any = event
    call_type = str(getattr(event, "call_type", None) or "function_call")
    return (ToolCallRequested(call_id=named.call_id, call_type=call_type),)


def started_run(event: Event) -> Events:
    """The start of the hook run that *event* ends."""
    named: Any = event
    name = str(getattr(event, "event_name", None) or "unknown")
    turn_id: str | None = getattr(event, "turn_id", None)
    return (HookStarted(run_id=named.run_id, event_name=name, status="running", turn_id=turn_id),)


def closed_call(event: Event) -> Events:
    """The closing of the call whose id *event* uses again."""
    named: Any = event
    return (ToolCallClosed(call_id=named.call_id, how="abandoned"),)


def closed_run(event: Event) -> Events:
    """The closing of the hook run whose id *event* uses again."""
    named: Any = event
    return (HookClosed(run_id=named.run_id, reason="abandoned"),)


def requested_approval(event: Event) -> Events:
    """The question that *event* answers."""
    named: Any = event
    call_id = getattr(event, "call_id", None)
    return (ApprovalRequested(approval_id=named.approval_id, approval_kind="unknown", call_id=call_id),)


HIDDEN: Final[Mapping[type[Event], Callable[[Any], Event]]] = {
    ToolCallRequested: lambda event: requested_call(event)[0],
    ToolDecisionRecorded: lambda event: ToolDecisionRecorded(
        call_id=event.call_id, decision="approved", source="config"
    ),
    ExecBegan: lambda event: ExecBegan(call_id=event.call_id),
    ReviewStarted: lambda event: ReviewStarted(
        review_id=getattr(event, "review_id", None) or "", call_id=event.call_id
    ),
    ShutdownBegan: lambda _: ShutdownBegan(),
}
"""What can be inferred on the way to an event, by class, where a log cannot show it."""


def hidden_way(machine: Machine, phase: Any, event: Event, shown: frozenset[type[Event]]) -> Events:
    """The events that the log cannot show and after which *event* is legal; none when there is no such way."""
    through = [kind for kind in HIDDEN if kind not in shown]
    way = bridge(machine, phase, type(event), through) or ()
    return tuple(HIDDEN[kind](event) for kind in way)
