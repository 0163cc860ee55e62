"""U3: a natural end takes whichever turn is in the slot."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import attrs
import trio

from tests.mutants.mutant import Mutant, deciding
from turnfold.core.commands import FinishTurn
from turnfold.core.decide.draft import Decision
from turnfold.core.decide.turns import finish_turn
from turnfold.core.engine.fakes import CallTool, Say
from turnfold.core.engine.plugs import Fitted, Interior
from turnfold.core.state import State
from turnfold.events import ToolCallRequested, TurnAborted
from turnfold.replay.explore import unexplored
from turnfold.replay.lab import Lab, Play, race


def finish(state: State, command: FinishTurn) -> Decision:
    """End the turn that is there."""
    turn_id = command.turn_id if state.turn is None else state.turn.turn_id
    return finish_turn(state, attrs.evolve(command, turn_id=turn_id))


@asynccontextmanager
async def settling(interior: Interior) -> AsyncGenerator[Fitted]:
    """Settle the first turn stubbornly, and the others at once."""
    turns: list[str] = []

    async def settle(turn_id: str) -> None:
        turns.append(turn_id)
        if turns[0] == turn_id:
            with trio.CancelScope(shield=True):
                await trio.sleep(1)

    yield Fitted(settle=settle)


PLAY: Play = {"go": [[Say("so")]], "next": [[CallTool("work", {"seconds": 0.4})]]}


@race("late-finish", PLAY, plugs=(settling,), expected=("abandoned",))
async def late_finish(lab: Lab) -> None:
    """The task of an aborted turn is stubborn at its end, and finishes at the moment when the next turn's call does."""
    with unexplored():
        await lab.begin()
        await trio.sleep(0.5)
        await lab.interrupt()
        await lab.seen(TurnAborted)
        await lab.begin("next")
        await lab.seen(ToolCallRequested)


MUTANT = Mutant(
    name="finish-of-whichever-turn",
    hazards=("U3",),
    about="A natural end does not compare ids: that of a task which ends late ends the next turn.",
    race=late_finish,
    patches=(deciding({FinishTurn: finish}),),
)
