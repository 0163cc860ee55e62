"""Mail that starts turns meets an abort."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ToolCallRequested
from turnfold.replay.lab import Lab, race


@race("mail-abort", {"go": [[CallTool("work", {"seconds": 60})]]})
async def mail_abort(lab: Lab) -> None:
    """Mail of another agent comes during an abort: it starts one turn, after the old one has ended."""
    await lab.begin()
    await lab.seen(ToolCallRequested)
    await lab.race(user=lab.interrupt, agent=lab.send_mail)
