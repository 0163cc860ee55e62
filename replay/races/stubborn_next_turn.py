"""A tool that ignores its cancellation ends in the middle of the next turn."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ToolCallRequested, TurnAborted
from turnfold.replay.lab import Lab, Play, race

PLAY: Play = {"go": [[CallTool("stubborn", {"seconds": 5})]], "next": [[CallTool("work", {"seconds": 5})]]}


@race("stubborn-next-turn", PLAY, expected=("abandoned",))
async def stubborn_next_turn(lab: Lab) -> None:
    """An abandoned tool ends at the moment when a tool of the next turn does: its late result is nobody's."""
    await lab.begin()
    await lab.seen(ToolCallRequested)
    await lab.interrupt()
    await lab.seen(TurnAborted)
    await lab.race(user=lambda: lab.submit("next"))
