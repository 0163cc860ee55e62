"""U5: a turn that aborts itself leaves no marker."""

from __future__ import annotations

import trio

from tests.mutants.mutant import Mutant, deciding
from turnfold.core.commands import Interrupt
from turnfold.core.decide import aborts
from turnfold.core.decide.draft import Decision, Draft
from turnfold.core.decide.slot import close_hooks, drop_waiters, start_next
from turnfold.core.engine.fakes import CallTool
from turnfold.core.engine.owntools import tool
from turnfold.core.engine.ports import ToolInterrupted
from turnfold.core.lifecycle import TurnPhase
from turnfold.core.results import Interrupted
from turnfold.core.state import State
from turnfold.events import (
    INTERRUPTED,
    AbortBegan,
    AbortUnwound,
    ScopesCancelled,
    ToolCallClosed,
    ToolCallRequested,
    TurnAborted,
)
from turnfold.replay.explore import unexplored
from turnfold.replay.lab import Lab, race


def interrupt(state: State, command: Interrupt) -> Decision:
    """Let a turn whose task gives up end at once; the way of all other aborts is as it was."""
    turn = state.turn
    if (
        command.by != "task"
        or turn is None
        or turn.turn_id != command.turn_id
        or turn.phase is not TurnPhase.RUNNING
    ):
        return aborts.interrupt(state, command)
    draft, turn_id = Draft(state), turn.turn_id
    draft.add(
        AbortBegan(turn_id=turn_id, reason=INTERRUPTED, by=command.by),
        ScopesCancelled(turn_id=turn_id, scopes=0),
    )
    close_hooks(draft, turn_id, INTERRUPTED)
    for call_id in state.calls:
        draft.add(ToolCallClosed(call_id=call_id, how="interrupted", turn_id=turn_id))
    draft.add(
        AbortUnwound(turn_id=turn_id, abandoned=()),
        TurnAborted(turn_id=turn_id, reason=INTERRUPTED, started_at_s=turn.started_at_s),
    )
    drop_waiters(draft, turn_id, "aborted")
    start_next(draft, command.next_turn_id)
    return draft.done(Interrupted(turn_id=turn_id))


SECONDS = 1.0
STEPS = 5


@tool(asks=False)
async def limited() -> str:
    """Take as long as it may; say that it was interrupted if its limit comes first."""
    done = False

    async def labour() -> None:
        nonlocal done
        await trio.sleep(SECONDS)
        done = True

    async with trio.open_nursery() as nursery:
        nursery.start_soon(labour)
        await trio.sleep(SECONDS)
        for _ in range(STEPS):
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    if not done:
        raise ToolInterrupted("it took too long")
    return "in time"


@race("limit-result", {"go": [[CallTool("limited")]]}, tools=(limited,))
async def limit_result(lab: Lab) -> None:
    """The limit of a tool's time meets the tool's result."""
    with unexplored():
        await lab.begin()
        await lab.seen(ToolCallRequested)


MUTANT = Mutant(
    name="self-abort-without-marker",
    hazards=("U5",),
    about="A turn whose own task gives up ends in one step, without the marker that other interrupted turns leave.",
    race=limit_result,
    patches=(deciding({Interrupt: interrupt}),),
)
