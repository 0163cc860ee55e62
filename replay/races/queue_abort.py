"""Input that is kept for the next turn meets an abort."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ToolCallRequested
from turnfold.replay.lab import QUEUEING, Lab, race


@race("queue-abort", {"go": [[CallTool("work", {"seconds": 60})]]}, options=QUEUEING)
async def queue_abort(lab: Lab) -> None:
    """Two clients submit during an abort, in a session that keeps input: both are answered in the next turn."""
    await lab.begin()
    await lab.seen(ToolCallRequested)
    await lab.race(user=lab.interrupt, one=lambda: lab.submit("left"), two=lambda: lab.submit("right"))
