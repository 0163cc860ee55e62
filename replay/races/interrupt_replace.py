"""Two replacements meet an interrupt."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ToolCallRequested
from turnfold.replay.lab import Lab, race


@race("interrupt-replace", {"go": [[CallTool("work", {"seconds": 60})]]})
async def interrupt_replace(lab: Lab) -> None:
    """A review and a compaction replace a turn, and each other, while it is interrupted: one after the other."""
    await lab.begin()
    await lab.seen(ToolCallRequested)
    await lab.race(user=lab.interrupt, reviewer=lab.review, other=lab.compact)
