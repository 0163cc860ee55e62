"""A turn at work: its beginning, what it records, its natural end."""

from turnfold.core.commands import REGULAR, BeginTurn, FinishTurn, Record
from turnfold.core.decide.draft import Decision, Draft, refuse
from turnfold.core.decide.slot import drop_waiters, inputs_of, start_next
from turnfold.core.lifecycle import IllegalEvent, TurnPhase
from turnfold.core.results import ILLEGAL, INPUT_PENDING, TURN_OVER, Done
from turnfold.core.state import State
from turnfold.events import (
    INTERRUPTED,
    AbortBegan,
    AbortMarkerRecorded,
    AbortUnwound,
    ApprovalDropped,
    InputQueued,
    ScopesCancelled,
    SessionResumed,
    ShutdownBegan,
    ShutdownCompleted,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
    TurnReserved,
    TurnStarted,
    TurnSteered,
    WaitersDropped,
)

OWN = (
    InputQueued,
    TurnSteered,
    TurnReserved,
    TurnStarted,
    TurnCompleted,
    TurnCleared,
    AbortBegan,
    ScopesCancelled,
    AbortUnwound,
    AbortMarkerRecorded,
    TurnAborted,
    ApprovalDropped,
    WaitersDropped,
    SessionResumed,
    ShutdownBegan,
    ShutdownCompleted,
)
"""Acceptance of input, and moves of the slot and of an abort.

If the work of a turn could record them, input could go past the checks and a turn end with a question left open.
"""


def begin_turn(state: State, command: BeginTurn) -> Decision:
    """The reserved turn has its task: only now clients see it (F15)."""
    draft, turn = Draft(state), state.turn
    if turn is None or (turn.turn_id, turn.phase) != (command.turn_id, TurnPhase.RESERVED):
        return draft.done(refuse(TURN_OVER))
    draft.add(
        TurnStarted(
            turn_id=turn.turn_id,
            started_at_s=command.started_at_s,
            model_context_window=command.model_context_window,
            collaboration_mode_kind="default",
            task_kind=turn.task_kind or REGULAR,
            trigger=command.trigger,
        )
    )
    return draft.done(Done())


def record(state: State, command: Record) -> Decision:
    """Record all of it or nothing. The tables say what a turn may still do while it is being aborted.

    What is accepted, and how turns and the session begin and end, is nobody's to record: the commands for it see to
    what belongs to it.
    """
    draft, turn = Draft(state), state.turn
    own = next((event.kind for event in command.events if isinstance(event, OWN)), None)
    if own is not None:
        return draft.done(refuse(ILLEGAL, "only the session itself records `{own}`", own=own))
    if command.turn_id is not None and (turn is None or turn.turn_id != command.turn_id):
        return draft.done(refuse(TURN_OVER))
    try:
        draft.add(*command.events)
        if command.abort_by is not None and turn is not None:
            draft.add(AbortBegan(turn_id=turn.turn_id, reason=INTERRUPTED, by=command.abort_by))
    except IllegalEvent as illegal:
        running = turn is not None and turn.phase is TurnPhase.RUNNING
        reason = ILLEGAL if command.turn_id is None or running else TURN_OVER
        return Draft(state).done(refuse(reason, "{error}", error=illegal))
    return draft.done(Done())


def finish_turn(state: State, command: FinishTurn) -> Decision:
    """The natural end. An abort that began first owns the turn (F7), and no accepted input is left (F13)."""
    draft, turn = Draft(state), state.turn
    if turn is None or (turn.turn_id, turn.phase) != (command.turn_id, TurnPhase.RUNNING):
        return draft.done(refuse(TURN_OVER))
    if inputs_of(state, turn.turn_id):
        return draft.done(refuse(INPUT_PENDING))
    draft.add(
        TurnCompleted(
            turn_id=turn.turn_id,
            last_agent_message=command.last_agent_message,
            error=command.error,
            started_at_s=turn.started_at_s,
            completed_at_s=command.completed_at_s,
            duration_ms=command.duration_ms,
            time_to_first_token_ms=command.time_to_first_token_ms,
        )
    )
    drop_waiters(draft, turn.turn_id, "completed")
    start_next(draft, command.next_turn_id)
    return draft.done(Done())
