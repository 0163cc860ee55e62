"""U8: the abort that a denial asks for is a command of its own, and others come in between."""

from __future__ import annotations

from typing import Any

import trio

from tests.mutants.mutant import Mutant, Patch
from turnfold.core.commands import Interrupt
from turnfold.core.engine.fakes import CallTool
from turnfold.core.engine.turn import TurnDesk
from turnfold.core.hooks import HookEvent
from turnfold.events import Event
from turnfold.replay.explore import unexplored
from turnfold.replay.lab import Lab, Play, denial, hooks_on, race
from turnfold.replay.races import network_deny_interrupt


async def interrupt(desk: Any, *events: Event, by: str) -> None:
    """Record the denial, and have the turn that runs aborted by a task that is spawned for it."""
    await desk.record(*events)

    async def later() -> None:
        await trio.lowlevel.checkpoint()
        desk._kernel.actor.post(Interrupt(by=by))

    desk._kernel._soon(later)


DENY = hooks_on(HookEvent.PERMISSION_REQUEST, denial(interrupt=True, after_s=1))
PLAY: Play = {"go": [[CallTool("shell_command", {"command": "make"})]]}


@race("deny-interrupt-next", PLAY, hooks=DENY)
async def deny_interrupt_next(lab: Lab) -> None:
    """A hook's interrupting denial ends a turn, and the next one begins at once."""
    with unexplored():
        await lab.begin()
        await trio.sleep(0.5)


MUTANT = Mutant(
    name="abort-as-second-command",
    hazards=("U8",),
    about="The abort that a hook's denial asks for is spawned: the turn goes on until it comes, or another is hit.",
    race=deny_interrupt_next,
    shipped=network_deny_interrupt,
    patches=(Patch(TurnDesk, "interrupt", interrupt),),
)
