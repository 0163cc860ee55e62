"""An interrupt meets a turn that has no task yet."""

from turnfold.core.engine.fakes import Say
from turnfold.replay.lab import Lab, race


@race("submit-interrupt", {"go": [[Say("so")]]})
async def submit_interrupt(lab: Lab) -> None:
    """One client submits while another interrupts: no turn, a cleared one, an aborted one, or a completed one."""
    await lab.race(one=lambda: lab.submit("go"), user=lab.interrupt)
