"""An interrupt meets the natural end of a turn."""

from turnfold.core.engine.fakes import Say
from turnfold.replay.lab import Lab, race


@race("interrupt-finish", {"go": [[Say("so")]]})
async def interrupt_finish(lab: Lab) -> None:
    """An interrupt meets a turn from its first step to its natural end: it has one terminal event."""
    await lab.begin()
    await lab.race(user=lab.interrupt)
