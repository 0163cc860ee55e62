"""A token gives the identical log, however often it is replayed."""

from __future__ import annotations

import pytest
import trio

from turnfold.core.engine.fakes import CallTool
from turnfold.core.engine.owntools import tool
from turnfold.events import ToolCallRequested
from turnfold.replay.explore import RandomWalk, Replay, explore
from turnfold.replay.lab import Lab, Outcome, race

TIMES = 1_000


@tool(name="nap", asks=False, parallel=True)
async def nap(seconds: float) -> str:
    """Sleep under two scopes that are cancelled at the moment at which the sleep ends."""
    with trio.move_on_after(seconds) as one, trio.move_on_after(seconds) as other:
        await trio.sleep(seconds)
    return f"{one.cancelled_caught} {other.cancelled_caught}"


@race("three-naps", {"go": [[CallTool("nap", {"seconds": 1}) for _ in range(3)]]}, tools=(nap,))
async def three_naps(lab: Lab) -> None:
    """Three equal sleeps, each under two equal deadlines, meet a steer and an interrupt of the same moment."""
    await lab.begin()
    await lab.seen(ToolCallRequested, 3)

    async def late_interrupt() -> None:
        await trio.sleep(1)
        await lab.interrupt()

    await lab.race(user=late_interrupt, other=lab.steer)


@pytest.mark.deep
def test_a_token_gives_the_identical_log_each_time() -> None:
    """A thousand times out of a thousand: the same events, ids, numbers and times, and the same results."""
    drawn = explore(three_naps, RandomWalk(seed=3), budget=40, check=_interrupted)
    assert drawn.failure is not None
    outcomes: list[Outcome] = []

    def keep(value: object) -> None:
        assert isinstance(value, Outcome)
        outcomes.append(value)

    replayed = explore(three_naps, Replay(drawn.failure.tape, TIMES), check=keep, recheck=0)
    assert (TIMES, 1) == (replayed.runs, len(replayed.outcomes))
    assert TIMES == len(outcomes)
    assert all(outcome.log == outcomes[0].log and outcome.told == outcomes[0].told for outcome in outcomes)


def _interrupted(value: object) -> None:
    assert "aborted" not in repr(value), "a schedule to keep: the interrupt came before the end of the sleeps"
