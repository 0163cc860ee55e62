"""An interrupt meets a pending approval."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ApprovalRequested
from turnfold.replay.lab import Lab, race


@race("interrupt-approval", {"go": [[CallTool("shell_command", {"command": "make"})]]})
async def interrupt_approval(lab: Lab) -> None:
    """An interrupt meets a call that waits for approval: its command never runs, and nobody decides for the user."""
    await lab.begin()
    await lab.seen(ApprovalRequested)
    await lab.race(user=lab.interrupt)
    assert lab.shell.ran == []
