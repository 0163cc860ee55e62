"""The parts of a strategy are together exactly the whole."""

from __future__ import annotations

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replay.explore.test_strategies import steppers
from tests.replay.explore.toys import Toy, scenario_of, toys
from turnfold.replay.explore import (
    Cancel,
    DelayBounded,
    Deviation,
    Divisible,
    EveryCancellation,
    Pct,
    RandomWalk,
    Rank,
    Replay,
    RoundRobin,
    Scenario,
    Share,
    Tape,
    perform,
)
from turnfold.replay.explore.stage import Campaign

Schedule = tuple[Rank, tuple[Deviation, ...], Cancel | None, tuple[int, ...]]
"""Its rank, its deviations, its cancellation, and the order in which tasks ran."""

LIMIT = 120


def own(strategy: Divisible, scenario: Scenario, last: Rank | None = None) -> list[Schedule]:
    """The schedules that belong to a part: so many at most, or those up to a rank."""
    found: list[Schedule] = []

    def campaign() -> Campaign[None]:
        while (plan := strategy.begin()) is not None:
            run = yield plan
            strategy.ended(run)
            if strategy.rank is None:
                continue
            if last is not None and strategy.rank > last:
                return
            found.append((strategy.rank, tuple(run.deviations), run.cancel, tuple(run.order)))
            if last is None and len(found) == LIMIT:
                return

    perform(campaign(), scenario, "it")
    return found


def assert_parts_are_the_whole(strategy: Divisible, scenario: Scenario, of: int) -> None:
    """Put together by rank, the parts are the whole, in its order; none is run by two."""
    whole = own(strategy.part(0, 1), scenario)
    parts = [own(strategy.part(index, of), scenario, whole[-1][0]) for index in range(of)]
    assert whole == sorted(schedule for part in parts for schedule in part)
    assert len(whole) == len({schedule[0] for schedule in whole})
    for index, part in enumerate(parts):
        assert len(part) <= strategy.part(index, of).most_of(len(whole))


@settings(max_examples=25)
@given(
    toy=toys(tasks_max=3, steps_max=3),
    delays=st.sampled_from([0, 1, 2, 3, None]),
    of=st.integers(1, 4),
)
def test_parts_of_a_bounded_search_are_the_whole(toy: Toy, delays: int | None, of: int) -> None:
    """Each schedule with so few delays is run by one part, and ranks are the order of the whole."""
    assert_parts_are_the_whole(DelayBounded(delays), scenario_of(toy), of)


@pytest.mark.parametrize("delays", [1, 2, 3, None])
@pytest.mark.parametrize("of", [2, 3])
def test_parts_of_a_search_that_is_not_small_are_the_whole(delays: int | None, of: int) -> None:
    """Three tasks that are never blocked: hundreds of schedules."""
    assert_parts_are_the_whole(DelayBounded(delays), steppers(3, 3, 3), of)


@settings(max_examples=8)
@given(toy=toys(tasks_max=3, steps_max=3), seed=st.integers(0, 99), of=st.integers(1, 4))
def test_parts_of_random_strategies_are_the_whole(toy: Toy, seed: int, of: int) -> None:
    """The same schedules as without parts, also where schedules differ in length, which PCT measures."""
    assert_parts_are_the_whole(RandomWalk(seed), scenario_of(toy), of)
    assert_parts_are_the_whole(Pct(3, seed), scenario_of(toy), of)


async def seldom_long() -> None:
    """Its schedules have many more choice points if tasks end in the reverse order, which is seldom."""
    order: list[int] = []

    async def walk(number: int) -> None:
        for _ in range(3):
            await trio.lowlevel.checkpoint()
        order.append(number)

    async def linger() -> None:
        for _ in range(20):
            await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        for number in range(4):
            nursery.start_soon(walk, number)
    if order == [3, 2, 1, 0]:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(linger)
            nursery.start_soon(linger)


def test_parts_of_pct_are_the_whole_though_each_comes_upon_other_lengths() -> None:
    """What one part alone has seen of the lengths of schedules does not change what it draws."""
    lengths = [len(order) for *_, order in own(Pct(3), seldom_long)]
    assert max(lengths) > 2 * min(lengths)
    for of in (2, 3):
        assert_parts_are_the_whole(Pct(3), seldom_long, of)


@settings(max_examples=15)
@given(toy=toys(tasks_max=3, steps_max=3), of=st.integers(1, 4), outermost=st.sampled_from([None, 1]))
def test_parts_of_all_cancellations_are_the_whole(toy: Toy, of: int, outermost: int | None) -> None:
    """Each cancellation is made by one part, and so is the run without."""
    assert_parts_are_the_whole(EveryCancellation(outermost=outermost), scenario_of(toy), of)


@pytest.mark.parametrize("strategy", [RoundRobin(), Replay(Tape(deviations=((0, 1),)), times=3)])
@pytest.mark.parametrize("of", [1, 2, 5])
def test_parts_of_single_schedules_are_the_whole(strategy: Divisible, of: int) -> None:
    """A part that has nothing to run says so at once."""
    assert_parts_are_the_whole(strategy, steppers(2, 2), of)


def test_parts_are_complete_when_their_own_schedules_are_run() -> None:
    """Nothing is left, for any strategy that comes to an end."""
    for strategy in (DelayBounded(2), DelayBounded(0), EveryCancellation(), RoundRobin(), Replay(Tape())):
        for index in range(3):
            part = strategy.part(index, 3)
            own(part, steppers(2, 2))
            assert part.complete, (strategy.name, index)


def test_a_part_has_the_name_of_the_whole() -> None:
    """Reports name the strategy, not the share of a worker."""
    strategies: list[Divisible] = [DelayBounded(3), RandomWalk(3), Pct(3, 4), EveryCancellation()]
    for strategy in strategies:
        assert strategy.name == strategy.part(1, 2).name


def test_the_work_that_parts_have_in_common_is_small() -> None:
    """Two parts of a search run the default schedule twice, and nothing else; each has about one half."""
    counts = [len(own(DelayBounded(2).part(index, 2), steppers(3, 3, 3))) for index in range(2)]
    whole = len(own(DelayBounded(2), steppers(3, 3, 3)))
    assert whole == sum(counts)
    assert max(counts) <= 0.6 * whole


def test_a_part_that_is_not_there_is_refused() -> None:
    """Parts are numbered from 0 on."""
    for index, of in ((2, 2), (-1, 2), (0, 0)):
        with pytest.raises(ValueError, match=f"no part {index} of {of}"):
            Share(index=index, of=of)
