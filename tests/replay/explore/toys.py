"""Random trio programs that wait in all the ways there are, and write down what they do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import trio
from hypothesis import strategies as st

Step = tuple[str, int]
Toy = tuple[tuple[Step, ...], ...]
"""For each task its steps: what, and a number that says which or how long."""

KINDS = (
    "checkpoint",
    "sleep",
    "limited",
    "lock",
    "wait",
    "set",
    "send",
    "receive",
    "cancel",
    "spawn",
    "shielded",
)


def toys(tasks_max: int = 4, steps_max: int = 5) -> st.SearchStrategy[Toy]:
    """Programs of a few tasks with a few steps each."""
    step = st.tuples(st.sampled_from(KINDS), st.integers(0, 2))
    task = st.lists(step, max_size=steps_max).map(tuple)
    return st.lists(task, min_size=1, max_size=tasks_max).map(tuple)


class _Stage:
    """What the tasks of one run share."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self.nursery = nursery
        self.log: list[Any] = []
        self.locks = [trio.Lock() for _ in range(3)]
        self.events = [trio.Event() for _ in range(3)]
        self.channels = [trio.open_memory_channel[int](size) for size in range(3)]

    async def step(self, kind: str, which: int) -> None:
        match kind:
            case "sleep":
                await trio.sleep(which)
            case "limited":
                with trio.move_on_after(which):
                    await trio.sleep_forever()
            case "lock":
                async with self.locks[which]:
                    await trio.lowlevel.checkpoint()
            case "wait":
                await self.events[which].wait()
            case "set":
                self.events[which].set()
            case "send":
                await self.channels[which][0].send(which)
            case "receive":
                await self.channels[which][1].receive()
            case "cancel":
                self.nursery.cancel_scope.deadline = trio.current_time() + which
            case "spawn":
                self.nursery.start_soon(self.task, ("child", which), (("checkpoint", 0), ("sleep", which)))
            case "shielded":
                with trio.CancelScope(shield=True):
                    await trio.sleep(which)
            case _:
                await trio.lowlevel.checkpoint()

    async def task(self, name: object, steps: tuple[Step, ...]) -> None:
        try:
            for kind, which in steps:
                await self.step(kind, which)
                self.log.append((name, kind, which, trio.current_time()))
        except trio.Cancelled:
            self.log.append((name, "cancelled"))
            raise


def scenario_of(toy: Toy) -> Callable[[], Awaitable[object]]:
    """Return the program as an async function; it returns what its tasks did, in order."""

    async def play() -> object:
        async with trio.open_nursery() as nursery:
            stage = _Stage(nursery)
            for name, steps in enumerate(toy):
                nursery.start_soon(stage.task, name, steps)
        return tuple(stage.log)

    return play
