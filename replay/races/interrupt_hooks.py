"""Hooks on an interruption meet what else is asked for meanwhile."""

from turnfold.core.engine.fakes import CallTool, printing
from turnfold.core.hooks import HookEvent
from turnfold.events import ToolCallRequested
from turnfold.replay.lab import Lab, hooks_on, race

LAST = hooks_on(HookEvent.INTERRUPT, printing("", after_s=1))


@race("interrupt-hooks", {"go": [[CallTool("work", {"seconds": 60})]]}, hooks=LAST)
async def interrupt_hooks(lab: Lab) -> None:
    """Hooks run last in an interruption, while a client submits and another interrupts again."""
    await lab.begin()
    await lab.seen(ToolCallRequested)
    await lab.race(user=lab.interrupt, again=lab.interrupt, other=lambda: lab.submit("more"))
