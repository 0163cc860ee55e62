"""The session's slot: what is dropped when a turn leaves it, and what takes it next."""

from turnfold.core.commands import REGULAR
from turnfold.core.decide.draft import Draft
from turnfold.core.lifecycle import SessionPhase, TurnPhase
from turnfold.core.network import closing_events
from turnfold.core.state import State
from turnfold.events import ApprovalDropped, HookClosed, TurnCleared, TurnReserved, WaitersDropped

CLOSING = frozenset({SessionPhase.CLOSING, SessionPhase.CLOSING_IN_TURN, SessionPhase.CLOSED})
ABORT_PHASES = frozenset(
    {TurnPhase.ABORTING, TurnPhase.CANCELLED, TurnPhase.UNWOUND, TurnPhase.MARKED, TurnPhase.FLUSHED}
)

ABANDONED = "abandoned"
"""Why a hook run is closed that no abort has ended."""


def is_aborting(state: State) -> bool:
    """Whether the turn in the slot is on its way out."""
    return state.turn is not None and state.turn.phase in ABORT_PHASES


def inputs_of(state: State, turn_id: str) -> tuple[str, ...]:
    """Ids of the inputs that the turn accepted and has not recorded."""
    return tuple(entry.input_id or "" for entry in state.inputs if entry.turn_id == turn_id)


def drop_waiters(draft: Draft, turn_id: str, reason: str) -> None:
    """Drop what still waits for the turn that has left the slot: questions, and input that it never used (F6)."""
    approvals = tuple(draft.state.approvals.values())
    inputs = inputs_of(draft.state, turn_id)
    for approval in approvals:
        draft.add(
            ApprovalDropped(
                approval_id=approval.approval_id, call_id=approval.call_id, turn_id=turn_id, reason=reason
            )
        )
    if approvals or inputs:
        ids = tuple(approval.approval_id for approval in approvals)
        draft.add(WaitersDropped(turn_id=turn_id, approvals=ids, inputs=inputs))
    draft.add(*closing_events(draft.state, turn_id or None, "nobody is left to be asked"))


def close_hooks(draft: Draft, turn_id: str | None, reason: str | None) -> None:
    """Close the hook runs that nobody will complete any more (hazard 7); an open one would bar every end."""
    for run_id in draft.state.hook_runs:
        draft.add(HookClosed(run_id=run_id, turn_id=turn_id, reason=reason))


def clear(draft: Draft, turn_id: str) -> None:
    """Free the slot of a turn that has no task (F8)."""
    close_hooks(draft, turn_id, ABANDONED)
    draft.add(TurnCleared(turn_id=turn_id))
    drop_waiters(draft, turn_id, "cleared")


def next_trigger(state: State) -> str | None:
    """What would start a turn by itself in an idle session: queued input, or mail that triggers (F11)."""
    if any(entry.turn_id is None for entry in state.inputs):
        return "queued"
    return "mail" if any(mail.trigger_turn for mail in state.mail) else None


def start_next(draft: Draft, turn_id: str | None) -> None:
    """Take the slot for work that outlives turns, if there is some and *turn_id* was brought for it."""
    trigger = next_trigger(draft.state)
    if turn_id is not None and trigger is not None and draft.state.session is SessionPhase.IDLE:
        draft.add(TurnReserved(turn_id=turn_id, task_kind=REGULAR, trigger=trigger))
