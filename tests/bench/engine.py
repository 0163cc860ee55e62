"""What the engine costs: a turn, an abort, a thousand sessions.

    python -P tests/bench/engine.py

Each figure is printed with a reference that was measured in the same run: the time that trio itself needs for as
many hand-overs between two tasks as a turn has events, and for the abort the grace.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import trio
import trio.testing

from turnfold.core.engine import Parts, Session, SessionOptions, open_session
from turnfold.core.engine.fakes import CallTool, Say, ScriptedModel
from turnfold.core.engine.owntools import tool
from turnfold.core.results import Started
from turnfold.rollouts.recorder import Recorder

TURNS = 300
ABORTS = 60
SESSIONS = 1_000
DELTAS = 20
OPTIONS = SessionOptions(cwd="/", grace_ms=100)


@tool(asks=False)
async def wait() -> str:
    """Wait for ever, and stop when told to."""
    await trio.sleep_forever()
    return ""


@tool(asks=False)
async def ignore(seconds: float) -> str:
    """Wait, whatever anybody says."""
    with trio.CancelScope(shield=True):
        await trio.sleep(seconds)
    return ""


async def hand_overs(count: int) -> float:
    """Milliseconds that trio needs to pass a value to another task and back, *count* times."""
    there, gets = trio.open_memory_channel[int](0)
    back, got = trio.open_memory_channel[int](0)

    async def echo() -> None:
        async for value in gets:
            await back.send(value)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(echo)
        began = time.perf_counter()
        for value in range(count):
            await there.send(value)
            await got.receive()
        elapsed = time.perf_counter() - began
        nursery.cancel_scope.cancel()
    return elapsed * 1000


async def one_turn(session: Session) -> None:
    """Ask once and wait for the end."""
    started = await session.submit("go")
    assert isinstance(started, Started)
    await session.finished(started.turn_id)


async def turns(folder: Path) -> None:
    """A turn without tools, journalled to a file without sync."""
    model = ScriptedModel([[Say("done")] for _ in range(TURNS)])
    journal = Recorder.create(folder / "turns.jsonl", durability="flush")
    took: list[float] = []
    async with open_session(model, OPTIONS, Parts(journal=journal)) as session:
        first = session.state.seq
        for _ in range(TURNS):
            began = time.perf_counter()
            await one_turn(session)
            took.append((time.perf_counter() - began) * 1000)
        events = (session.state.seq - first) // TURNS
    median, reference = statistics.median(took), await hand_overs(events)
    print(f"a turn of {events} events, journalled without sync: {median:.2f} ms", end="")
    print(f" = {median / reference:.1f} times {events} hand-overs in trio ({reference:.2f} ms)")


async def aborts(folder: Path, name: str, call: CallTool, times: int) -> None:
    """From the interrupt to the visible `turn_aborted`."""
    model = ScriptedModel([[call] for _ in range(times)])
    journal = Recorder.create(folder / f"{name}.jsonl", durability="flush")
    took: list[float] = []
    async with open_session(model, OPTIONS, Parts(journal=journal, tools=[wait, ignore])) as session:
        for _ in range(times):
            started = await session.submit("go")
            assert isinstance(started, Started)
            await trio.testing.wait_all_tasks_blocked(0.01)
            began = time.perf_counter()
            await session.interrupt()
            await session.finished(started.turn_id)
            took.append((time.perf_counter() - began) * 1000)
    median, worst = statistics.median(took), max(took)
    print(f"interrupt to turn_aborted, {name}: {median:.1f} ms (worst {worst:.1f}),", end="")
    print(f" {median / OPTIONS.grace_ms:.2f} of the grace of {OPTIONS.grace_ms} ms")


async def many(folder: Path) -> None:
    """A thousand sessions at once, each streaming."""
    latencies: list[float] = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    async def one(number: int) -> None:
        model = ScriptedModel([[Say(["word "] * DELTAS)]])
        journal = Recorder.create(folder / f"many-{number}.jsonl", durability="none")
        async with open_session(model, OPTIONS, Parts(journal=journal)) as session:
            began = time.perf_counter()
            await one_turn(session)
            latencies.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    async with trio.open_nursery() as nursery:
        for number in range(SESSIONS):
            nursery.start_soon(one, number)
    elapsed = time.perf_counter() - began
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / SESSIONS
    latencies.sort()
    print(f"{SESSIONS} sessions at once, {DELTAS} pieces of text each: {elapsed:.2f} s in all,", end="")
    print(f" {elapsed * 1000 / SESSIONS:.2f} ms each, {memory:.0f} KiB each;", end="")
    print(f" latency of a turn: median {statistics.median(latencies):.0f} ms,", end="")
    print(f" 99 % {latencies[int(len(latencies) * 0.99)]:.0f} ms")


async def main() -> None:
    """Measure all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measured: list[Callable[[], Awaitable[None]]] = [
            lambda: turns(folder),
            lambda: aborts(folder, "a tool that stops", CallTool("wait"), ABORTS),
            lambda: aborts(folder, "a tool that ignores it", CallTool("ignore", {"seconds": 0.3}), 5),
            lambda: many(folder),
        ]
        for measure in measured:
            await measure()


if __name__ == "__main__":
    trio.run(main)
    sys.exit(0)
