"""Races for mutants that no shipped race shows in few choices: the way to the race itself is not explored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import trio

from turnfold.core.engine.fakes import CallTool, Say, printing
from turnfold.core.hooks import HookEvent
from turnfold.events import ModelRequestStarted, ScopesCancelled
from turnfold.replay.explore import unexplored
from turnfold.replay.lab import Lab, Play, Violated, hooks_on, race

WORKING: Final[Play] = {"go": [[CallTool("work", {"seconds": 60})]]}

Act: TypeAlias = Callable[[], Awaitable[object]]

STEPS: Final = 8
"""Checkpoints of a slow client."""

HOURS: Final = 3600.0
"""Virtual seconds after which a turn is taken never to end."""


async def working(lab: Lab) -> str:
    """Come to a turn whose tool works, always on the same way. Returns the turn's id."""
    with unexplored():
        turn_id = await lab.begin()
        await trio.sleep(1)
    return turn_id


async def ended(lab: Lab) -> None:
    """Wait for the end of what runs. Where it never comes, end the session by force, and raise Violated."""
    with trio.move_on_after(HOURS) as limit:
        await lab.settle()
    if limit.cancelled_caught:
        kernel = vars(lab.session)["_kernel"]
        kernel.give_up()
        raise Violated(["hangs: the turn never ends"])


async def aborting(lab: Lab) -> str:
    """Come to a turn whose scopes have been cancelled by an abort, always on the same way. Returns the turn's id."""
    turn_id = await working(lab)
    with unexplored():
        await lab.interrupt()
        await lab.seen(ScopesCancelled)
    return turn_id


def slow(act: Act) -> Act:
    """Return a client that takes a while before it acts: trio gives the others a step for each of its own."""

    async def client() -> object:
        for _ in range(STEPS):
            await trio.lowlevel.checkpoint()
        return await act()

    return client


@race("abort-submit", WORKING)
async def abort_submit(lab: Lab) -> None:
    """Input is submitted in the middle of an abort."""
    turn_id = await aborting(lab)
    await lab.race(other=slow(lambda: lab.submit("more")))
    await lab.finished(turn_id)


@race("abort-steer", WORKING)
async def abort_steer(lab: Lab) -> None:
    """A steer comes in the middle of an abort."""
    await aborting(lab)
    await lab.race(other=slow(lab.steer))


@race("abort-compact", WORKING)
async def abort_compact(lab: Lab) -> None:
    """A compaction is asked for in the middle of an abort."""
    await aborting(lab)
    await lab.race(other=slow(lab.compact))


@race("abort-shutdown", WORKING)
async def abort_shutdown(lab: Lab) -> None:
    """A shutdown is asked for in the middle of an abort."""
    await aborting(lab)
    await lab.race(owner=slow(lab.shutdown))


@race("interrupt-call", {"go": [[CallTool("work")]]})
async def interrupt_call(lab: Lab) -> None:
    """An interrupt meets a turn that calls a tool."""
    with unexplored():
        await lab.begin()
        await lab.seen(ModelRequestStarted)
    await lab.race(user=slow(lab.interrupt))


@race("interrupt-stop-hook", {"go": [[Say("so")]]}, hooks=hooks_on(HookEvent.STOP, printing("")))
async def interrupt_stop_hook(lab: Lab) -> None:
    """An interrupt meets a turn at whose end a hook runs."""
    await lab.begin()
    await lab.race(user=lab.interrupt)


@race("submit-finish", {"go": [[Say("so")]]})
async def submit_finish(lab: Lab) -> None:
    """Input is submitted while a turn comes to its natural end."""
    turn_id = await lab.begin()
    await lab.race(other=lambda: lab.submit("more"))
    await lab.finished(turn_id)


@race("interrupt-work", WORKING)
async def interrupt_work(lab: Lab) -> None:
    """An interrupt meets a tool at work."""
    await working(lab)
    await lab.race(user=lab.interrupt)
