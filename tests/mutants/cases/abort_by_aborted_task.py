"""Hazard 6: an abort that is asked for inside the task that it ends is carried out there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import trio

from tests.mutants.mutant import Mutant, Patch
from tests.mutants.races import ended
from turnfold.core.commands import ScopesGone
from turnfold.core.effects import CancelScopes, Effect
from turnfold.core.engine import actor
from turnfold.core.engine.fakes import CallTool
from turnfold.core.engine.owntools import tool
from turnfold.core.engine.ports import ToolFatal
from turnfold.core.engine.turn import TurnDesk
from turnfold.core.hooks import HookEvent
from turnfold.core.react import react
from turnfold.core.state import State
from turnfold.events import AbortBegan, Event, HookStarted
from turnfold.replay.explore import unexplored
from turnfold.replay.lab import Lab, Play, Shell, denial, hooks_on, race

HOOK = "hook"
"""Who begins the abort of a hook's interrupting denial."""


async def interrupt(desk: Any, *events: Event, by: str) -> None:
    """Begin the abort; then, with the lock of the turn taken, cancel the scopes of the turn, this one's too."""
    await desk._record(events, by)
    await trio.lowlevel.checkpoint()
    scopes = desk._kernel.yard.cancel(desk.turn_id)
    desk._kernel.actor.post(ScopesGone(turn_id=desk.turn_id, scopes=scopes))


def reacted(before: State, events: Sequence[Event], after: State) -> tuple[Effect, ...]:
    """Leave the cancelling to the task that asked for it."""
    effects = react(before, events, after)
    if any(isinstance(event, AbortBegan) and event.by == HOOK for event in events):
        return tuple(effect for effect in effects if not isinstance(effect, CancelScopes))
    return effects


class OtherShell(Shell):
    """A second shell."""

    name = "shell"


@tool(asks=False, parallel=True)
async def failing() -> str:
    """Take as long as the hook does, then end the turn with an error."""
    await trio.sleep(1)
    raise ToolFatal("no more of this")


PLAY: Play = {"go": [[CallTool("failing"), CallTool("shell", {"command": "make"})]]}
DENY = hooks_on(HookEvent.PERMISSION_REQUEST, denial(interrupt=True, after_s=1))


@race("deny-interrupt-fatal", PLAY, tools=(failing, OtherShell(parallel=True)), hooks=DENY)
async def deny_interrupt_fatal(lab: Lab) -> None:
    """A hook's interrupting denial meets a call beside it that ends the turn with an error."""
    with unexplored():
        await lab.begin()
        await lab.seen(HookStarted)
    await ended(lab)


MUTANT = Mutant(
    name="abort-by-aborted-task",
    hazards=("H6",),
    about="The abort that a hook's denial asks for is carried out by the task of the call that was denied.",
    race=deny_interrupt_fatal,
    patches=(Patch(TurnDesk, "interrupt", interrupt), Patch(actor, "react", reacted)),
)
