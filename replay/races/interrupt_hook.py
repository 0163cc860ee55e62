"""An interrupt meets a running hook."""

from turnfold.core.engine.fakes import CallTool, printing
from turnfold.core.hooks import HookEvent
from turnfold.events import HookStarted
from turnfold.replay.lab import Lab, hooks_on, race

TWO = hooks_on(HookEvent.PRE_TOOL_USE, printing(""), printing("", after_s=1))


@race("interrupt-hook", {"go": [[CallTool("shell_command", {"command": "make"})]]}, hooks=TWO)
async def interrupt_hook(lab: Lab) -> None:
    """An interrupt meets two hooks before a call: each run that began gets an end, and the call never runs."""
    await lab.begin()
    await lab.seen(HookStarted)
    await lab.race(user=lab.interrupt)
    assert lab.shell.ran == []
