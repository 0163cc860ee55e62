"""A steer meets an abort."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ToolCallRequested
from turnfold.replay.lab import Lab, race


@race("steer-abort", {"go": [[CallTool("work", {"seconds": 60})]]})
async def steer_abort(lab: Lab) -> None:
    """One client steers while another interrupts: the text is in the log, or handed back."""
    await lab.begin()
    await lab.seen(ToolCallRequested)
    await lab.race(user=lab.interrupt, other=lab.steer)
