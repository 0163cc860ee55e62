"""An interrupt meets the end of the session."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ToolCallRequested
from turnfold.replay.lab import Lab, race


@race("interrupt-shutdown", {"go": [[CallTool("work", {"seconds": 60})]]})
async def interrupt_shutdown(lab: Lab) -> None:
    """One client shuts down while another interrupts and a third says more: the turn ends, and nothing follows."""
    await lab.begin()
    await lab.seen(ToolCallRequested)
    await lab.race(user=lab.interrupt, owner=lab.shutdown, other=lambda: lab.submit("more"))
