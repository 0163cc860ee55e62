"""Taking back a question that nobody waits for any more, while its turn goes on."""

from turnfold.core.engine.ports import Desk
from turnfold.core.lifecycle import TurnPhase
from turnfold.events import ApprovalResolved, Event, HookClosed


def runs_on(desk: Desk) -> bool:
    """Whether the desk's turn runs; of one that is being aborted no denial may be told that nobody gave (F6)."""
    turn = desk.state.turn
    return turn is not None and (turn.turn_id, turn.phase) == (desk.turn_id, TurnPhase.RUNNING)


def withdrawal(desk: Desk, suffix: str, approval_id: str, message: str) -> list[Event]:
    """Return the events that close what is open of a question: its hook runs, by *suffix*, and the asking itself."""
    state, turn_id = desk.state, desk.turn_id
    events: list[Event] = [
        HookClosed(run_id=run_id, turn_id=turn_id, reason="abandoned")
        for run_id in state.hook_runs
        if run_id.endswith(f":{suffix}")
    ]
    if approval_id in state.approvals:
        denied = ApprovalResolved(
            approval_id=approval_id, decision="denied", source="config", turn_id=turn_id, message=message
        )
        events.append(denied)
    return events
