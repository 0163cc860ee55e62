"""A decision about the network meets an abort."""

from turnfold.core.engine.fakes import CallTool
from turnfold.events import ApprovalRequested
from turnfold.replay.lab import Lab, Play, network, race

PLAY: Play = {"go": [[CallTool("fetch"), CallTool("fetch")]]}


@race("network-abort", PLAY, plugs=(network,))
async def network_abort(lab: Lab) -> None:
    """Two calls wait for one decision about a host, while one client decides and another interrupts."""
    await lab.begin()
    await lab.seen(ApprovalRequested)
    await lab.race(user=lab.interrupt, approver=lab.answer)
