"""Hazard 8: a clean-up that asks whether a turn is aborting, and not which."""

from __future__ import annotations

from typing import Any

import attrs
import trio

from tests.mutants.mutant import Mutant, Patch, deciding
from tests.mutants.races import STEPS, working
from turnfold.core.decide import is_aborting
from turnfold.core.decide.draft import Decision, Draft, refuse
from turnfold.core.engine.fakes import CallTool
from turnfold.core.engine.kernel import Kernel
from turnfold.core.engine.yard import Running
from turnfold.core.lifecycle import SessionPhase
from turnfold.core.results import TURN_OVER, Done
from turnfold.core.state import State
from turnfold.events import TurnAborted
from turnfold.replay.explore import unexplored
from turnfold.replay.lab import Lab, Play, race


@attrs.frozen
class CleanUp:
    """A task that was aborted has ended."""


def clean_up(state: State, command: CleanUp) -> Decision:
    """Free the slot if the turn in it is aborting."""
    if not is_aborting(state):
        return Draft(state).done(refuse(TURN_OVER))
    return Decision((), attrs.evolve(state, turn=None, session=SessionPhase.IDLE, calls={}), Done())


_late = vars(Kernel)["_late"]


def late(kernel: Any, running: Running) -> None:
    """Run the clean-up of a task that ended after its grace."""
    _late(kernel, running)
    kernel.actor.post(CleanUp())


PLAY: Play = {"go": [[CallTool("stubborn", {"seconds": 5})]], "next": [[CallTool("work", {"seconds": 60})]]}


@race("interrupt-interrupt-stubborn", PLAY, expected=("abandoned",))
async def interrupt_interrupt_stubborn(lab: Lab) -> None:
    """An abandoned tool ends at the moment when the next turn is interrupted."""
    await working(lab)
    with unexplored():
        await lab.interrupt()
        await lab.seen(TurnAborted)
        await lab.submit("next")
        await trio.sleep(1)

    async def later() -> None:
        await trio.sleep_until(5)
        for _ in range(STEPS):
            await trio.lowlevel.checkpoint()
        await lab.interrupt()

    # The bystander is the last to run before the moment, so that by default the tool has the first step then.
    await lab.race(user=later, bystander=lambda: trio.sleep_until(6))


MUTANT = Mutant(
    name="clean-up-by-flag",
    hazards=("H8",),
    about="The clean-up of a task that ended late frees the slot of whichever turn is aborting then.",
    race=interrupt_interrupt_stubborn,
    patches=(Patch(Kernel, "_late", late), deciding({CleanUp: clean_up})),
)
