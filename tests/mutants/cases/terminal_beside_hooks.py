"""U6: the hooks on an interruption run before or after its terminal event, as it comes."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, deciding
from tests.mutants.races import WORKING, slow, working
from turnfold.core.commands import Conclude, Interrupt
from turnfold.core.decide import aborts
from turnfold.core.decide.draft import Decision
from turnfold.core.engine.fakes import printing
from turnfold.core.hooks import HookEvent
from turnfold.core.lifecycle import TurnPhase
from turnfold.core.results import Interrupted
from turnfold.core.state import State
from turnfold.events import JournalFlushed
from turnfold.replay.explore import unexplored
from turnfold.replay.lab import Lab, hooks_on, race
from turnfold.replay.races import interrupt_hooks


def interrupt(state: State, command: Interrupt) -> Decision:
    """End an interrupted turn at once if it is interrupted again, though its hooks are about to run."""
    turn = state.turn
    if turn is None or turn.phase is not TurnPhase.FLUSHED or state.hook_runs:
        return aborts.interrupt(state, command)
    decision = aborts.conclude(state, Conclude(turn_id=turn.turn_id, next_turn_id=command.next_turn_id))
    return Decision(decision.events, decision.state, Interrupted(turn_id=turn.turn_id, already=True))


@race("abort-interrupt", WORKING, hooks=hooks_on(HookEvent.INTERRUPT, printing("")))
async def abort_interrupt(lab: Lab) -> None:
    """A second interrupt comes in the middle of an abort that ends with hooks."""
    await working(lab)
    with unexplored():
        await lab.interrupt()
        await lab.seen(JournalFlushed)
    await lab.race(again=slow(lab.interrupt))


MUTANT = Mutant(
    name="terminal-beside-hooks",
    hazards=("U6",),
    about="A second interrupt tells `turn_aborted` at once, while the hooks on the interruption are being started.",
    race=abort_interrupt,
    shipped=interrupt_hooks,
    patches=(deciding({Interrupt: interrupt}),),
)
