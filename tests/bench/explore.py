"""What exploring costs: schedules a second, beside bare `trio.run`.

    python -P tests/bench/explore.py

The toy has three tasks with four checkpoints each. References of the same run: `trio.run` of the toy as it is, and each
schedule in a `trio.run` of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import trio

from turnfold.replay.explore import (
    DelayBounded,
    EveryCancellation,
    Limits,
    Pct,
    RandomWalk,
    Strategy,
    explore,
)

SCHEDULES = 5_000
ROUNDS = 3
PLANTED_RUNS = 3_000


async def toy() -> object:
    """Three tasks that take turns."""
    order: list[int] = []

    async def walk(number: int) -> None:
        for _ in range(4):
            await trio.lowlevel.checkpoint()
            order.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(3):
            nursery.start_soon(walk, number)
    return tuple(order)


async def bank() -> None:
    """A check-then-act that trio's own shuffle hardly ever hits: one task has to be held back for long."""
    balance = 10

    async def take() -> None:
        nonlocal balance
        if balance >= 7:
            await trio.lowlevel.checkpoint()
            balance -= 7

    async def late() -> None:
        for _ in range(6):
            await trio.lowlevel.checkpoint()
        await take()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take)
        nursery.start_soon(late)
    if balance < 0:
        raise AssertionError


def fastest(work: Callable[[], int]) -> float:
    """How many a second, in the best of some rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        count = work()
        best = max(best, count / (time.perf_counter() - began))
    return best


def bare() -> int:
    """The toy under trio's own scheduler."""
    for _ in range(1_000):
        trio.run(toy)
    return 1_000


def explored(make: Callable[[], Strategy], limits: Limits) -> Callable[[], int]:
    """The toy under many schedules."""

    def work() -> int:
        return explore(toy, make(), budget=SCHEDULES, limits=limits).runs

    return work


def every_schedule() -> Strategy:
    """Depth-first without a limit."""
    return DelayBounded(None)


def found_by_trio() -> int:
    """How many of many runs of trio alone hit the planted fault."""
    hits = 0
    for _ in range(PLANTED_RUNS):
        try:
            trio.run(bank)
        except* AssertionError:
            hits += 1
    return hits


def main() -> None:
    """Measure, and print."""
    print(f"bare trio.run of the toy        {fastest(bare):8.0f} runs/s")
    makers: dict[str, Callable[[], Strategy]] = {"random walk": RandomWalk, "pct": Pct, "dfs": every_schedule}
    for name, make in makers.items():
        for reuse in (1, 500):
            how = "a trio.run each" if reuse == 1 else "shared trio.run"
            speed = fastest(explored(make, Limits(reuse=reuse)))
            print(f"{name:12} {how:18} {speed:8.0f} schedules/s")
    whole = explore(toy, DelayBounded(2))
    print(f"all schedules of the toy with at most 2 delays: {whole.runs}, {len(whole.outcomes)} outcomes")
    print(f"all its cancellations: {explore(toy, EveryCancellation()).runs - 1}")
    print(f"planted fault: trio alone found it in {found_by_trio()} of {PLANTED_RUNS} runs")
    for strategy in (DelayBounded(2), Pct(2), RandomWalk()):
        failure = explore(bank, strategy).failure
        print(f"  {strategy.name}: {'not found' if failure is None else f'schedule {failure.found_after}'}")


if __name__ == "__main__":
    main()
