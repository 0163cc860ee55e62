"""A second interrupt meets the abort of the first."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ToolCallRequested
from turnfold.replay.lab import Lab, race


@race("second-interrupt", {"go": [[CallTool("work", {"seconds": 60})]]})
async def second_interrupt(lab: Lab) -> None:
    """Two clients interrupt at once: there is one abort, and the second one changes nothing."""
    await lab.begin()
    await lab.seen(ToolCallRequested)
    await lab.race(one=lab.interrupt, two=lab.interrupt)
