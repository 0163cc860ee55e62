"""A hook denies and interrupts while the turn goes on, and comes to its end."""

from turnfold.core.engine.fakes import CallTool, Say
from turnfold.core.hooks import HookEvent
from turnfold.replay.lab import Lab, Play, denial, hooks_on, race

DENY = hooks_on(HookEvent.PERMISSION_REQUEST, denial(interrupt=True))
PLAY: Play = {"go": [[CallTool("shell_command", {"command": "make"}), Say("and on it goes")]]}


@race("deny-interrupt-finish", PLAY, hooks=DENY, aborts_itself=True)
async def deny_interrupt_finish(lab: Lab) -> None:
    """A hook's interrupting denial meets the rest of the model's answer, and an interrupt of the user."""
    await lab.begin()
    await lab.race(user=lab.interrupt)
    assert lab.shell.ran == []
