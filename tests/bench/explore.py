"""What exploring costs: schedules a second, beside bare `trio.run`, and what a second process is worth.

    python -P tests/bench/explore.py
    python -P tests/bench/explore.py workers

The toy has three tasks with four checkpoints each; the engine's races have two clients or three beside the turn.
References of the same run: `trio.run` of the toy and of the races as they are, each schedule in a `trio.run` of its
own, and, for two workers, two processes that do nothing but count, beside one of them. With the argument only the
workers are measured.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context

import trio
import trio.testing

from turnfold.replay.explore import (
    DelayBounded,
    Divisible,
    EveryCancellation,
    Limits,
    Pct,
    RandomWalk,
    Strategy,
    explore,
    explore_in_workers,
)
from turnfold.replay.lab import Race
from turnfold.replay.races import RACES

SCHEDULES = 5_000
ROUNDS = 3
PLANTED_RUNS = 3_000
THREE_PARTIES = ("answer-abort", "steer-abort", "submit-abort", "interrupt-shutdown", "queue-abort")
"""Races of the engine with two clients or three beside the turn."""
COUNTED = 30_000_000


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


SHARED: dict[str, tuple[Callable[[], Divisible], int]] = {
    "__main__:toy": (RandomWalk, 40_000),
    "turnfold.replay.races:interrupt_approval": (Pct, 3_000),
}
"""Scenario → what one worker and two workers are given to do."""


def count() -> None:
    """What a process does that needs nothing but a core."""
    number = 0
    while number < COUNTED:
        number += 1


def counting(processes: int) -> float:
    """Seconds in which so many processes count at the same time."""
    context = get_context("spawn")
    began = time.perf_counter()
    started = [context.Process(target=count) for _ in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    return time.perf_counter() - began


def shared(name: str, workers: int) -> tuple[float, float]:
    """Seconds in which workers run a scenario, their start included; and the CPU seconds of all of them."""
    make, budget = SHARED[name]
    before = os.times()
    began = time.perf_counter()
    exploration = explore_in_workers(name, make(), workers=workers, budget=budget)
    taken_s = time.perf_counter() - began
    after = os.times()
    if exploration.runs != budget or exploration.failure is not None:
        raise SystemExit(f"{name} was to be explored without a failure:\n{exploration}")
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return taken_s, cpu_s


def workers() -> None:
    """Two workers beside one, in turn, and the best of each."""
    rounds = range(ROUNDS)
    start_s = min(timed_start() for _ in rounds)
    print(f"a worker starts, runs one schedule and is gone in {start_s:.2f} s")
    for name, (make, budget) in SHARED.items():
        ones, twos, refs = zip(
            *((shared(name, 1), shared(name, 2), counting(2) / counting(1)) for _ in rounds), strict=True
        )
        (one_s, one_cpu_s), (two_s, two_cpu_s) = min(ones), min(twos)
        speed = budget / two_s
        print(f"{name}, {make().name}: {budget} schedules")
        print(
            f"  2 workers {speed:.0f} schedules/s, {one_s / two_s:.2f} times 1 worker ({one_s:.2f} s, {two_s:.2f} s)"
        )
        print(f"  two processes that only count: {2 / min(refs):.2f} times one")
        print(f"  CPU: {one_cpu_s:.2f} s with 1 worker, {two_cpu_s:.2f} s with 2")


def timed_start() -> float:
    """Seconds for an exploration of one schedule."""
    began = time.perf_counter()
    explore_in_workers("__main__:toy", RandomWalk(), workers=1, budget=1)
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print."""
    if sys.argv[1:] != ["workers"]:
        alone()
        races()
    workers()


def races() -> None:
    """The engine's races of three parties, judged as ever, beside the same under trio's own scheduler, judged too."""
    for name in THREE_PARTIES:
        alone_s, explored_s = (
            fastest(partial(run_plainly, RACES[name])),
            fastest(partial(run_explored, RACES[name])),
        )
        ratio = explored_s / alone_s
        print(f"{name:20} {explored_s:6.0f} schedules/s, {ratio:.2f} of bare trio.run ({alone_s:.0f} runs/s)")


def run_plainly(race: Race) -> int:
    """A race under trio's own scheduler."""
    for _ in range(100):
        trio.run(race, clock=trio.testing.MockClock(autojump_threshold=0))
    return 100


def run_explored(race: Race) -> int:
    """A race under many schedules."""
    found = explore(race, Pct(3, seed=1), budget=600)
    if found.failure is not None:
        raise SystemExit(f"{race.name} was to be explored without a failure:\n{found}")
    return found.runs


def alone() -> None:
    """One process."""
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
