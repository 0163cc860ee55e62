"""A failing schedule becomes as simple as it can be, and still fails in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from itertools import groupby
from random import Random

import pytest
import trio

from turnfold.replay.explore import DelayBounded, Pct, RandomWalk, Scenario, Step, explore, replay


async def order_of_four() -> None:
    """Fails if the tasks run in one order of many, and for another reason in another one."""
    order: list[str] = []

    async def walk(name: str) -> None:
        for _ in range(6):
            await trio.lowlevel.checkpoint()
        order.append(name)

    async with trio.open_nursery() as nursery:
        for name in "abcd":
            nursery.start_soon(walk, name)
    if order[0] == "d":
        raise ValueError("d came first")
    if order[0] == "c":
        raise KeyError("c came first")


@pytest.mark.parametrize("seed", range(5))
def test_a_random_failure_shrinks_to_one_delay(seed: int) -> None:
    """Dozens of choices become the one that matters, at the first choice point."""
    failure = explore(order_of_four, RandomWalk(seed), budget=500).failure
    assert failure is not None
    assert failure.found_with > 5
    assert failure.smallest
    wanted = {"ValueError: d came first": ((0, 3),), "KeyError: 'c came first'": ((0, 2),)}
    assert wanted[failure.text] == failure.tape.deviations


def test_the_shrunk_schedule_was_run_and_fails_alike() -> None:
    """Kind and type of exception stay; the token replays the shrunk schedule, not the one that was found."""
    failure = explore(order_of_four, Pct(2), budget=500).failure
    assert failure is not None
    again = replay(order_of_four, failure.token)
    assert again.exact
    assert failure.text == again.run.text
    assert list(failure.tape.deviations) == again.run.deviations
    assert failure.steps == again.steps


def test_without_a_budget_the_schedule_stays_as_it_was_found() -> None:
    """And the report says that shrinking did not come to its end."""
    failure = explore(order_of_four, RandomWalk(), budget=500, shrinks=0).failure
    assert failure is not None
    assert failure.found_with == len(failure.tape.deviations)
    assert not failure.smallest


def test_long_schedules_use_the_budget_up_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps are limited too, so that an endless schedule does not take hours to shrink."""
    module = import_module("turnfold.replay.explore.shrink")  # the package has a function of this name
    monkeypatch.setattr(module, "STEPS_MAX", 100)
    failure = explore(order_of_four, RandomWalk(), budget=500).failure
    assert failure is not None
    assert not failure.smallest


def test_a_report_says_whether_trio_alone_could_do_this() -> None:
    """A schedule that holds a runnable task back past the end of trio's batch is an over-approximation."""

    async def lost_update() -> None:
        total = 0

        async def add() -> None:
            nonlocal total
            seen = total
            await trio.lowlevel.checkpoint()
            total = seen + 1

        async with trio.open_nursery() as nursery:
            nursery.start_soon(add)
            nursery.start_soon(add)
        assert total == 2, "an update was lost"

    async def runs_away() -> None:
        steps = [0, 0]

        async def walk(number: int) -> None:
            for _ in range(8):
                await trio.lowlevel.checkpoint()
                steps[number] += 1
                assert abs(steps[0] - steps[1]) < 5, "one task ran away"

        async with trio.open_nursery() as nursery:
            nursery.start_soon(walk, 0)
            nursery.start_soon(walk, 1)

    away = explore(runs_away).failure
    update = explore(lost_update).failure
    assert away is not None
    assert update is not None
    assert away.beyond_trio > 0
    assert "steps need a task to be held back longer than trio does today" in str(away)
    assert 0 == update.beyond_trio
    assert "no step holds a task back longer than trio does today" in str(update)


class Complaint(Exception):
    """One exception for many defects."""

    def __init__(self, first: str) -> None:
        super().__init__(f"{first} came first")
        self.schedule_signature = first


async def order_of_four_by_code() -> None:
    """Fails for two reasons with one type of exception; the other one needs fewer steps to be chosen."""
    order: list[str] = []

    async def walk(name: str) -> None:
        for _ in range(3):
            await trio.lowlevel.checkpoint()
        order.append(name)

    async with trio.open_nursery() as nursery:
        for name in "abcd":
            nursery.start_soon(walk, name)
    if order[0] in "bd":
        raise Complaint(order[0])


@pytest.mark.parametrize("seed", range(8))
def test_shrinking_keeps_to_the_signature_of_an_exception(seed: int) -> None:
    """The type is the same, and yet no schedule with another signature is taken for the same failure."""
    strategy = RandomWalk(seed)
    found = explore(order_of_four_by_code, strategy, budget=500, shrinks=0).failure
    shrunk = explore(order_of_four_by_code, RandomWalk(seed), budget=500).failure
    assert found is not None
    assert shrunk is not None
    assert found.text == shrunk.text
    assert {"b came first": ((0, 1),), "d came first": ((0, 3),)}[
        shrunk.text.partition(": ")[2]
    ] == shrunk.tape.deviations


def in_order(seed: int, tasks: int, length: int, marks: int) -> Scenario:
    """Tasks that pass marks at random places of their way; it fails if the marks are passed in their order."""
    random = Random(seed)
    owners = [random.randrange(tasks) for _ in range(marks)]
    ways = [iter(sorted(random.sample(range(length), marks))) for _ in range(tasks)]
    places = {(owner, next(ways[owner])): mark for mark, owner in enumerate(owners)}

    async def scenario() -> None:
        passed: list[int] = []

        async def walk(task: int) -> None:
            for at in range(length):
                await trio.lowlevel.checkpoint()
                if (task, at) in places:
                    passed.append(places[task, at])

        async with trio.open_nursery() as nursery:
            for task in range(tasks):
                nursery.start_soon(walk, task)
        if passed == sorted(passed):
            raise ValueError

    return scenario


@pytest.mark.parametrize("seed", range(8))
def test_a_fault_of_three_orderings_shrinks_to_as_few_choices_whoever_finds_it(seed: int) -> None:
    """Dozens of choices of a random walk become as few as those of priorities; the token replays what is left."""
    scenario = in_order(seed, tasks=3, length=9, marks=3)
    choices: list[int] = []
    for strategy in (RandomWalk(3), Pct(3)):
        failure = explore(scenario, strategy, budget=400, name="it", nearest=0).failure
        assert failure is not None
        assert failure.smallest
        assert "raised" == replay(scenario, failure.token, name="it").run.kind
        choices.append(len(failure.tape.deviations))
    assert choices[0] == choices[1] <= 12


def test_shrinking_saves_switches_of_tasks() -> None:
    """With as many choices, the schedule is taken in which a task is not left for a moment only."""

    async def scenario() -> None:
        passed: list[str] = []

        async def walk(name: str, steps: int) -> None:
            for _ in range(steps):
                await trio.lowlevel.checkpoint()
            passed.append(name)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(walk, "a", 2)
            nursery.start_soon(walk, "b", 3)
            nursery.start_soon(walk, "c", 3)
        if passed == ["a", "c", "b"]:
            raise ValueError

    failure = explore(scenario, RandomWalk(1), budget=200).failure
    assert failure is not None
    assert ["scenario#0", "walk#1", "walk#3", "walk#2", "scenario#0"] == tasks_of(failure.schedule)


def tasks_of(steps: Sequence[Step]) -> list[str]:
    """The tasks in order, one that makes several steps in a row once."""
    return [task for task, _ in groupby(step.task for step in steps)]


async def handshake() -> None:
    """Fails where each of two tasks goes on after it has woken the other one."""
    log: list[str] = []
    one, other = trio.Event(), trio.Event()

    async def first() -> None:
        one.set()
        await trio.lowlevel.checkpoint()
        log.append("first goes on")
        await other.wait()
        log.append("first ends")

    async def second() -> None:
        await one.wait()
        other.set()
        await trio.lowlevel.checkpoint()
        log.append("second goes on")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(first)
        nursery.start_soon(second)
    if log == ["first goes on", "second goes on", "first ends"]:
        raise ValueError


async def reversed_order() -> None:
    """Fails where four tasks run in the opposite order."""
    order: list[int] = []

    async def step(number: int) -> None:
        await trio.lowlevel.checkpoint()
        order.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(4):
            nursery.start_soon(step, number)
    if order == [3, 2, 1, 0]:
        raise ValueError


def priorities(depth: int) -> Pct:
    """The schedules of `Pct` without the first one, which is the default and has no priorities."""
    strategy = Pct(depth)
    assert strategy.begin() is not None
    return strategy


def test_the_delays_of_a_failure_are_no_bound_of_its_depth() -> None:
    """No delay where priorities have to change once; three delays where priorities alone suffice."""
    failure = explore(handshake, priorities(2), budget=300).failure
    assert failure is not None
    assert 0 == failure.delays
    assert {"None": 300} == explore(handshake, priorities(1), budget=300).outcomes
    failure = explore(reversed_order, Pct(1), budget=500).failure
    assert failure is not None
    assert 3 == failure.delays


def test_the_delays_of_what_a_depth_first_search_found_are_as_few_as_any() -> None:
    """With one delay less nothing fails, and that search is complete."""
    failure = explore(reversed_order, DelayBounded(3)).failure
    assert failure is not None
    assert (3, 3) == (failure.delays, failure.found_with)
    fewer = explore(reversed_order, DelayBounded(2))
    assert (None, True) == (fewer.failure, fewer.complete)
