"""The abort, phase by phase. What happens between the phases is the engine's; what follows is decided here."""

from turnfold.core.commands import Conclude, FlushEnded, Interrupt, ScopesGone, Unwound
from turnfold.core.decide.draft import Decision, Draft, refuse
from turnfold.core.decide.slot import CLOSING, clear, close_hooks, drop_waiters, is_aborting, start_next
from turnfold.core.lifecycle import EVENT_TRIGGERED, Machine, SessionPhase, TurnPhase
from turnfold.core.results import ILLEGAL, TURN_OVER, Done, Idle, Interrupted
from turnfold.core.state import State, Turn
from turnfold.events import (
    INTERRUPTED,
    AbortBegan,
    AbortMarkerRecorded,
    AbortUnwound,
    EffectAbandoned,
    JournalFailed,
    JournalFlushed,
    ReviewEnded,
    ReviewModeExited,
    ScopesCancelled,
    StartupCancelled,
    ToolCallClosed,
    TurnAborted,
)

MARKER = (
    "<turn_aborted>\n"
    "The user interrupted the previous turn on purpose. If any tools/commands were aborted, they may have "
    "partially executed; verify current state before retrying.\n"
    "</turn_aborted>"
)
"""What the model is told of an interruption: the upstream's words, which models know."""


def interrupt(state: State, command: Interrupt) -> Decision:
    """Begin an abort; clear a turn without task; with no turn, cancel the work of starting up (F1, F8)."""
    draft, turn = Draft(state), state.turn
    if turn is None or command.turn_id not in {None, turn.turn_id}:
        if turn is None and command.startup and state.session is SessionPhase.IDLE:
            draft.add(StartupCancelled(work=command.startup))
            return draft.done(Idle(cancelled=command.startup))
        return draft.done(Idle())
    if is_aborting(state):
        return draft.done(Interrupted(turn_id=turn.turn_id, already=True))
    if turn.phase is TurnPhase.RESERVED:
        clear(draft, turn.turn_id)
        start_next(draft, command.next_turn_id)
    else:
        draft.add(AbortBegan(turn_id=turn.turn_id, reason=command.reason, by=command.by))
    return draft.done(Interrupted(turn_id=turn.turn_id))


def scopes_gone(state: State, command: ScopesGone) -> Decision:
    """The second phase."""
    draft = Draft(state)
    if not _in(state, command.turn_id, TurnPhase.ABORTING):
        return draft.done(refuse(TURN_OVER))
    draft.add(ScopesCancelled(turn_id=command.turn_id, scopes=command.scopes))
    return draft.done(Done())


def unwound(state: State, command: Unwound) -> Decision:
    """Close by events what the turn leaves open (hazards 5 and 7), then leave the marker (F4)."""
    draft, turn = Draft(state), state.turn
    if turn is None or not _in(state, command.turn_id, TurnPhase.CANCELLED):
        return draft.done(refuse(TURN_OVER))
    for leftover in command.abandoned:
        draft.add(
            EffectAbandoned(
                effect_id=leftover.effect_id,
                grace_ms=command.grace_ms,
                turn_id=turn.turn_id,
                call_id=leftover.call_id,
            )
        )
    _close_open(draft, turn, {leftover.call_id for leftover in command.abandoned})
    ids = tuple(leftover.effect_id for leftover in command.abandoned)
    draft.add(AbortUnwound(turn_id=turn.turn_id, abandoned=ids))
    if _wants_marker(state, turn):
        draft.add(AbortMarkerRecorded(turn_id=turn.turn_id, text=MARKER))
    return draft.done(Done())


def _wants_marker(state: State, turn: Turn) -> bool:
    return turn.abort_reason == INTERRUPTED and state.behaviour.interrupt_marker


def _close_open(draft: Draft, turn: Turn, abandoned: set[str | None]) -> None:
    for call in draft.state.calls.values():
        # The review of an intercepted command may outlive the command; then the call's closing ends it as well.
        if call.review_id is not None and ReviewEnded in EVENT_TRIGGERED[Machine.CALL][call.phase]:
            draft.add(
                ReviewEnded(
                    review_id=call.review_id, call_id=call.call_id, turn_id=turn.turn_id, status="aborted"
                )
            )
    close_hooks(draft, turn.turn_id, turn.abort_reason)
    for call_id in draft.state.calls:
        draft.add(
            ToolCallClosed(
                call_id=call_id,
                how="abandoned" if call_id in abandoned else "interrupted",
                turn_id=turn.turn_id,
                message="tool interrupted",
            )
        )
    if turn.reviewing:
        draft.add(ReviewModeExited())


def flush_ended(state: State, command: FlushEnded) -> Decision:
    """The marker is durable, or cannot be: a disk that fails must not keep a turn from ending."""
    draft = Draft(state)
    if not _in(state, command.turn_id, TurnPhase.MARKED):
        return draft.done(refuse(TURN_OVER))
    if command.error is None:
        draft.add(JournalFlushed(turn_id=command.turn_id, through_seq=command.through_seq))
    else:
        draft.add(JournalFailed(turn_id=command.turn_id, message=command.error, pending=command.pending))
    return draft.done(Done())


def conclude(state: State, command: Conclude) -> Decision:
    """The one terminal event, idle in the same step; then the waiters, then perhaps the next turn (F5, F6, F11)."""
    draft, turn = Draft(state), state.turn
    if turn is None or turn.turn_id != command.turn_id:
        return draft.done(refuse(TURN_OVER))
    if turn.phase not in {TurnPhase.UNWOUND, TurnPhase.FLUSHED}:
        return draft.done(refuse(ILLEGAL, "the turn is not ready to end"))
    if turn.phase is TurnPhase.UNWOUND and _wants_marker(state, turn):
        # A log that was cut off right before the marker, and is resumed.
        draft.add(AbortMarkerRecorded(turn_id=turn.turn_id, text=MARKER))
        return draft.done(Done())
    reason = turn.abort_reason or INTERRUPTED
    # Hooks of the interruption itself, if they were cut short.
    close_hooks(draft, turn.turn_id, reason)
    draft.add(
        TurnAborted(
            turn_id=turn.turn_id,
            reason=reason,
            started_at_s=turn.started_at_s,
            completed_at_s=command.completed_at_s,
            duration_ms=command.duration_ms,
        )
    )
    drop_waiters(draft, turn.turn_id, "shutdown" if state.session in CLOSING else "aborted")
    if reason == INTERRUPTED:
        start_next(draft, command.next_turn_id)
    return draft.done(Done())


def _in(state: State, turn_id: str, phase: TurnPhase) -> bool:
    """Whether that very turn is in *phase*: identity, not a flag, says whose clean-up it is (hazard 8)."""
    return state.turn is not None and (state.turn.turn_id, state.turn.phase) == (turn_id, phase)
