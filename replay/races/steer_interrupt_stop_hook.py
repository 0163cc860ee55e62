"""A hook that keeps the turn going meets a steer and an interrupt."""

from turnfold.core.engine.fakes import Say, printing
from turnfold.core.hooks import HookEvent
from turnfold.events import HookStarted
from turnfold.replay.lab import Lab, hooks_on, race

LAST = hooks_on(HookEvent.STOP, printing(""))


@race("steer-interrupt-stop-hook", {"go": [[Say("so")]]}, hooks=LAST)
async def steer_interrupt_stop_hook(lab: Lab) -> None:
    """While hooks run at the natural end of a turn, one client steers and another interrupts."""
    await lab.begin()
    await lab.seen(HookStarted)
    await lab.race(user=lab.interrupt, other=lab.steer)
