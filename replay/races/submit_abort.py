"""Input of the user meets an abort."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ToolCallRequested
from turnfold.replay.lab import Lab, race


@race("submit-abort", {"go": [[CallTool("work", {"seconds": 60})]]})
async def submit_abort(lab: Lab) -> None:
    """One client submits while another interrupts: into the turn, refused and handed back, or a turn of its own."""
    await lab.begin()
    await lab.seen(ToolCallRequested)
    await lab.race(user=lab.interrupt, other=lambda: lab.submit("more"))
