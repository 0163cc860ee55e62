"""What a turn leaves open that fails, closed by events. For an abort the core decides the same."""

from turnfold.core.state import State
from turnfold.events import Event, HookClosed, ReviewEnded, ReviewModeExited, ToolCallClosed

ABANDONED = "abandoned"


def closing_of_call(
    state: State, turn_id: str, call_id: str, *, how: str = ABANDONED, message: str | None = None
) -> list[Event]:
    """The ends of a call that has none, of its hook runs and of its review."""
    call = state.calls.get(call_id)
    runs = [run.run_id for run in state.hook_runs.values() if run.call_id == call_id]
    events: list[Event] = [HookClosed(run_id=run_id, turn_id=turn_id, reason=ABANDONED) for run_id in runs]
    if call is not None and call.review_id is not None:
        events.append(
            ReviewEnded(review_id=call.review_id, call_id=call_id, turn_id=turn_id, status="aborted")
        )
    if call is not None:
        events.append(ToolCallClosed(call_id=call_id, how=how, turn_id=turn_id, message=message))
    return events


def closing_of_turn(state: State, turn_id: str, message: str) -> list[Event]:
    """The ends of all calls and hook runs that have none, and of review mode."""
    loose = [run.run_id for run in state.hook_runs.values() if run.call_id not in state.calls]
    events: list[Event] = [HookClosed(run_id=run_id, turn_id=turn_id, reason=ABANDONED) for run_id in loose]
    for call_id in state.calls:
        events += closing_of_call(state, turn_id, call_id, message=message)
    if state.turn is not None and state.turn.reviewing:
        events.append(ReviewModeExited(has_output=False))
    return events
