"""An interrupt meets a compaction that replaces the turn."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ToolCallRequested
from turnfold.replay.lab import Lab, race


@race("interrupt-compact", {"go": [[CallTool("work", {"seconds": 60})]]})
async def interrupt_compact(lab: Lab) -> None:
    """A compaction replaces a turn that is being interrupted: the old one ends before the new one starts."""
    await lab.begin()
    await lab.seen(ToolCallRequested)
    await lab.race(user=lab.interrupt, other=lab.compact)
