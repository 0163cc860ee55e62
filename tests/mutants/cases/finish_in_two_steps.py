"""U2: the natural end empties the slot first and tells `turn_complete` after."""

from __future__ import annotations

from typing import Any

import attrs

from tests.mutants.mutant import Mutant, Patch, deciding, rows, staying
from tests.mutants.races import submit_finish
from turnfold.core.commands import Command, FinishTurn
from turnfold.core.decide.draft import Decision, Draft
from turnfold.core.decide.slot import drop_waiters, start_next
from turnfold.core.decide.turns import finish_turn
from turnfold.core.engine.kernel import Kernel
from turnfold.core.lifecycle import SessionPhase
from turnfold.core.results import Done
from turnfold.core.state import State, Turn
from turnfold.events import TurnCompleted
from turnfold.replay.races import steer_finish


@attrs.frozen
class Freed:
    """The slot is empty; whoever finishes is to tell."""

    turn: Turn


@attrs.frozen
class Tell:
    """Say how the turn has ended."""

    turn: Turn
    finish: FinishTurn


def free(state: State, command: FinishTurn) -> Decision:
    """The first step."""
    asked = finish_turn(state, command)
    if state.turn is None or not asked.events:
        return asked
    result: Any = Freed(state.turn)
    session = SessionPhase.IDLE if state.session is SessionPhase.IN_TURN else SessionPhase.CLOSING
    return Decision((), attrs.evolve(state, turn=None, session=session), result)


def tell(state: State, command: Tell) -> Decision:
    """The second step."""
    draft, turn, finish = Draft(state), command.turn, command.finish
    draft.add(
        TurnCompleted(
            turn_id=turn.turn_id,
            last_agent_message=finish.last_agent_message,
            error=finish.error,
            started_at_s=turn.started_at_s,
            completed_at_s=finish.completed_at_s,
            duration_ms=finish.duration_ms,
        )
    )
    if state.turn is None:
        drop_waiters(draft, turn.turn_id, "completed")
    start_next(draft, finish.next_turn_id)
    return draft.done(Done())


async def ask(kernel: Any, command: Command) -> object:
    """Ask, and tell what was freed."""
    result = await kernel.actor.ask(command)
    if isinstance(result, Freed) and isinstance(command, FinishTurn):
        result = await kernel.actor.ask(Tell(result.turn, command))
    return result


MUTANT = Mutant(
    name="finish-in-two-steps",
    hazards=("U2",),
    about="A natural end empties the slot in one step and tells `turn_complete` in the next.",
    race=submit_finish,
    shipped=steer_finish,
    patches=(
        deciding({FinishTurn: free, Tell: tell}),
        Patch(Kernel, "ask", ask),
        rows(staying(TurnCompleted)),
    ),
)
