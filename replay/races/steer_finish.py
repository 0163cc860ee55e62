"""A steer meets the natural end of a turn."""

from turnfold.core.engine.fakes import Say
from turnfold.replay.lab import Lab, race


@race("steer-finish", {"go": [[Say("so")]]})
async def steer_finish(lab: Lab) -> None:
    """A steer meets the natural end: it is in the turn, recorded and answered, or refused and handed back."""
    await lab.begin()
    await lab.race(user=lab.steer)
