"""A second interrupt meets the turn that starts after the abort of the first."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ToolCallRequested
from turnfold.replay.lab import QUEUEING, Lab, Play, race

PLAY: Play = {"go": [[CallTool("work", {"seconds": 60})]], "next": [[CallTool("work", {"seconds": 60})]]}


@race("interrupt-next-turn", PLAY, options=QUEUEING)
async def interrupt_next_turn(lab: Lab) -> None:
    """Input is queued during an abort, and an interrupt meets the turn that it starts: each abort ends its own turn."""
    await lab.begin()
    await lab.seen(ToolCallRequested)
    await lab.interrupt()
    await lab.race(user=lambda: lab.submit("next"), other=lab.interrupt, third=lab.interrupt)
