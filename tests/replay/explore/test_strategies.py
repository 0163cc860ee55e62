"""Strategies do what their names promise, and count right."""

from __future__ import annotations

from itertools import product
from math import comb

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replay.explore.toys import Toy, scenario_of, toys
from turnfold.replay.explore import (
    DelayBounded,
    Exploration,
    Pct,
    RandomWalk,
    Replay,
    RoundRobin,
    Run,
    Strategy,
    Tape,
    explore,
    perform,
)
from turnfold.replay.explore.stage import Campaign, Scenario


def steppers(*steps: int) -> Scenario:
    """A program of tasks that make so many steps and are never blocked; it returns the order of the steps."""

    async def play() -> object:
        order: list[int] = []

        async def walk(number: int, count: int) -> None:
            for at in range(count):
                if at:
                    await trio.lowlevel.checkpoint()
                order.append(number)

        async with trio.open_nursery() as nursery:
            for number, count in enumerate(steps):
                nursery.start_soon(walk, number, count)
        return tuple(order)

    return play


def all_runs(strategy: Strategy, scenario: Scenario, limit: int = 5_000) -> list[Run]:
    """Run all schedules of a strategy."""
    runs: list[Run] = []

    def campaign() -> Campaign[None]:
        while len(runs) < limit and (plan := strategy.begin()) is not None:
            run = yield plan
            strategy.ended(run)
            runs.append(run)

    perform(campaign(), scenario, "it")
    return runs


def interleavings(*steps: int) -> int:
    """In how many orders the steps of several tasks can be made."""
    total, count = 0, 1
    for number in steps:
        total += number
        count *= comb(total, number)
    return count


@pytest.mark.parametrize("steps", [(2, 2), (3, 3), (4, 2), (2, 2, 2), (3, 2, 1)])
def test_without_a_limit_every_interleaving_is_run_once(steps: tuple[int, ...]) -> None:
    """As many schedules as there are orders of the steps, all different, and the strategy says it is complete."""
    strategy = DelayBounded(None)
    runs = all_runs(strategy, steppers(*steps))
    assert interleavings(*steps) == len(runs) == len({run.text for run in runs})
    assert strategy.complete
    assert strategy.whole


@settings(max_examples=40, deadline=None)
@given(toy=toys(tasks_max=3, steps_max=3), delays=st.integers(0, 2))
def test_a_schedule_is_run_once_and_has_no_more_delays_than_allowed(toy: Toy, delays: int) -> None:
    """Schedules come in order of their delays, each once; fewer delays give a part of what more give."""
    strategy = DelayBounded(delays)
    runs = all_runs(strategy, scenario_of(toy))
    counts = [len(run.deviations) for run in runs]
    assert sorted(counts) == counts
    assert max(counts) <= delays
    tapes = {tuple(run.deviations) for run in runs}
    assert len(runs) == len(tapes)
    assert () in tapes
    assert strategy.mismatch is None
    assert strategy.complete == (len(runs) < 5_000)


@settings(max_examples=30, deadline=None)
@given(toy=toys(tasks_max=3, steps_max=2))
def test_every_alternative_of_a_schedule_is_run_too(toy: Toy) -> None:
    """With one delay allowed: the default schedule, and one for each other candidate at each of its choice points."""
    runs = all_runs(DelayBounded(1), scenario_of(toy))
    default = runs[0]
    assert 1 + sum(count - 1 for count in default.counts) == len(runs)
    places = {(at, index) for run in runs for at, index in run.deviations}
    assert (
        places < set(product(range(len(default.counts)), range(max(default.counts, default=0)))) or not places
    )


def test_a_limit_that_leaves_schedules_out_is_told() -> None:
    """Complete means: all with so many delays. Whole means: all there are."""
    strategy = DelayBounded(1)
    all_runs(strategy, steppers(3, 3))
    assert strategy.complete
    assert not strategy.whole


def test_a_scenario_that_depends_on_more_than_its_schedule_is_noticed() -> None:
    """A run that has other candidates than the one it was made from gives a mismatch, which fails the exploration."""
    runs = [0]

    async def scenario() -> object:
        runs[0] += 1
        return await steppers(*([2] * (2 + runs[0] % 3)))()

    failure = explore(scenario, DelayBounded(2), recheck=0).failure
    assert failure is not None
    assert "unstable" == failure.kind
    assert "the same choices led to other candidates" in failure.text


@given(seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_same_seed_walks_the_same_way(seed: int) -> None:
    """A random walk is repeated by its seed, and by no other state."""
    first = all_runs(RandomWalk(seed), steppers(3, 3, 3), limit=5)
    second = all_runs(RandomWalk(seed), steppers(3, 3, 3), limit=5)
    assert [run.text for run in first] == [run.text for run in second]


def test_random_walks_reach_every_interleaving_of_a_small_program() -> None:
    """No order of steps is out of reach."""
    runs = all_runs(RandomWalk(), steppers(3, 2), limit=500)
    assert interleavings(3, 2) == len({run.text for run in runs})


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_pct_states_its_bound_from_what_it_measured(depth: int) -> None:
    """The bound is 1 / (n * k^(d-1)), n and k being the most tasks and choice points of any schedule."""
    strategy = Pct(depth)
    runs = all_runs(strategy, steppers(3, 3, 3), limit=50)
    tasks = max(len(run.names) for run in runs)
    choices = max(len(run.counts) for run in runs)
    assert (4, strategy.choices) == (tasks, choices)
    assert 1 / (tasks * choices ** (depth - 1)) == strategy.bound


def test_pct_finds_a_fault_of_its_depth_as_often_as_its_bound_says() -> None:
    """A lost order of depth 2 is hit by at least the promised part of 2,000 schedules."""
    strategy = Pct(2)
    runs = all_runs(strategy, steppers(4, 4, 4), limit=2_000)
    # Task 0 makes three of its steps before any other task makes one, and its last one after all of the others.
    wanted = sum(run.text.startswith("(0, 0, 0, 1") and run.text.endswith("0)") for run in runs)
    assert strategy.bound is not None
    assert wanted >= strategy.bound * len(runs) / 2


def test_pct_of_depth_one_changes_no_priority() -> None:
    """Without change points each task runs to its end before one of lower priority runs."""
    runs = all_runs(Pct(1), steppers(3, 3, 3), limit=60)
    blocks = {"".join(sorted(set(text), key=text.index)) for text in (run.text for run in runs)}
    assert 6 == len({run.text for run in runs}) == len(blocks)


def test_a_depth_below_one_is_refused() -> None:
    """No fault has a depth of 0."""
    with pytest.raises(ValueError, match="1 at least, not 0"):
        Pct(0)


def test_round_robin_lets_each_task_make_a_step_in_turn() -> None:
    """One schedule: task after task."""
    runs = all_runs(RoundRobin(), steppers(2, 2, 2))
    assert ["(0, 1, 2, 0, 1, 2)"] == [run.text for run in runs]


def test_a_replay_runs_one_tape_as_often_as_asked() -> None:
    """Each time the same."""
    strategy = Replay(Tape(deviations=((0, 1),)), times=3)
    assert 1 == len({run.text for run in all_runs(strategy, steppers(2, 2))})
    assert strategy.complete


@pytest.mark.parametrize(
    ("strategy", "name"),
    [
        (DelayBounded(), "dfs, at most 2 delays"),
        (DelayBounded(None), "dfs, all schedules"),
        (RandomWalk(3), "random walk, seed 3"),
        (Pct(3, 1), "pct, depth 3, seed 1"),
        (RoundRobin(), "round robin"),
        (Replay(Tape()), "replay"),
    ],
)
def test_a_report_names_the_strategy(strategy: Strategy, name: str) -> None:
    """With its parameters, so that the exploration can be repeated."""
    exploration = explore(steppers(1, 1), strategy, budget=3)
    assert isinstance(exploration, Exploration)
    assert name == exploration.strategy
    assert name in str(exploration)
