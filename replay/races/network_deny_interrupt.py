"""A hook denies a host and interrupts while the turn goes on."""

from turnfold.core.engine.fakes import CallTool, Say
from turnfold.core.hooks import HookEvent
from turnfold.replay.lab import Lab, Play, denial, hooks_on, network, race

DENY = hooks_on(HookEvent.PERMISSION_REQUEST, denial(interrupt=True))
PLAY: Play = {"go": [[CallTool("fetch"), Say("and on it goes"), CallTool("work")]]}


@race("network-deny-interrupt", PLAY, hooks=DENY, plugs=(network,), aborts_itself=True)
async def network_deny_interrupt(lab: Lab) -> None:
    """A hook's interrupting denial of a host meets the rest of the turn, and a steer."""
    await lab.begin()
    await lab.race(user=lab.steer)
