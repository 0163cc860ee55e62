"""Hazard 3 and U1: a natural end does not ask who owns the turn."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, deciding, rows, staying
from turnfold.core.commands import FinishTurn
from turnfold.core.decide import is_aborting
from turnfold.core.decide.draft import Decision, Draft
from turnfold.core.decide.turns import finish_turn
from turnfold.core.results import Done
from turnfold.core.state import State
from turnfold.events import TurnCompleted
from turnfold.replay.races import interrupt_finish


def finish(state: State, command: FinishTurn) -> Decision:
    """End the turn also where an abort has begun; that abort has the slot, so the slot is left alone."""
    turn = state.turn
    if turn is None or turn.turn_id != command.turn_id or not is_aborting(state):
        return finish_turn(state, command)
    draft = Draft(state)
    draft.add(
        TurnCompleted(
            turn_id=turn.turn_id,
            last_agent_message=command.last_agent_message,
            started_at_s=turn.started_at_s,
            completed_at_s=command.completed_at_s,
            duration_ms=command.duration_ms,
        )
    )
    return draft.done(Done())


MUTANT = Mutant(
    name="finish-unasked",
    hazards=("H3", "U1"),
    about="A natural end tells `turn_complete` without asking whether an abort has taken the turn meanwhile.",
    race=interrupt_finish,
    shipped=interrupt_finish,
    patches=(deciding({FinishTurn: finish}), rows(staying(TurnCompleted))),
)
