"""The nearest passing schedule passes, agrees with the failing one to the parting, and nothing behind it saves that."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import attrs
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replay.explore.detailed import detailed
from tests.replay.explore.races import RACES, Program
from tests.replay.explore.test_finding import short
from tests.replay.explore.test_strategies import steppers
from turnfold.replay.explore import (
    Campaign,
    EveryCancellation,
    Failure,
    Neighbour,
    RandomWalk,
    Run,
    Scenario,
    agreement,
    explore,
    judged,
    nearest_passing,
    perform,
    replay,
)


def failure_of(scenario: Scenario, seed: int = 0, budget: int = 200) -> Failure:
    """Find a failure at random."""
    failure = explore(scenario, RandomWalk(seed), budget=budget).failure
    assert failure is not None
    return failure


@pytest.mark.parametrize("race", RACES, ids=short)
def test_a_race_has_a_nearest_passing_schedule(race: Program) -> None:
    """Its token replays it, it passes, and it is the same up to the step that is named."""
    failure = failure_of(race)
    nearest = failure.nearest
    assert nearest is not None
    passing, failing = replay(race, nearest.token), replay(race, failure.token)
    assert passing.exact
    assert not passing.run.failed
    assert nearest.outcome == passing.run.outcome
    assert nearest.parts_at == agreement(failing.run, passing.run)
    assert nearest.ran == failing.schedule[nearest.parts_at].task
    assert nearest.ran_instead == passing.schedule[nearest.parts_at].task
    assert nearest.last


def test_a_report_shows_the_parting_in_a_few_lines() -> None:
    """At most twelve, and the token of the passing schedule."""
    failure = failure_of(next(iter(RACES)))
    assert failure.nearest is not None
    lines = str(failure).splitlines()
    begin = next(
        at
        for at, line in enumerate(lines)
        if line.startswith("the nearest schedule that passes (None) runs ")
    )
    assert lines[begin].endswith("; no single choice behind it avoids the failure")
    assert f"its token is {failure.nearest.token}" == lines[-2]
    assert 12 >= len(lines) - 2 - begin
    assert [f"  {line}" for line in failure.nearest.parting] == lines[begin + 1 : -2]
    assert set(failure.nearest.parting) <= set(failure.nearest.beside) | {failure.nearest.parting[-1]}


def choices_of(run: Run) -> list[list[int]]:
    """The candidates that were not taken, by choice point."""
    taken = dict(run.deviations)
    others: list[list[int]] = []
    seen = 0
    for number, detail in zip(run.order, run.details, strict=True):
        if detail.choices > seen:
            index = detail.runnable.index(number)
            assert taken.get(seen, index) == index
            others.append([other for other in range(len(detail.runnable)) if other != index])
        seen = detail.choices
    return others


def check_of(modulus: int) -> Callable[[object], object]:
    """A check that fails for some of the results, by no reason that anybody could guess."""

    def check(value: object) -> None:
        assert zlib.crc32(repr(value).encode()) % modulus

    return check


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.integers(1, 4), min_size=2, max_size=3),
    seed=st.integers(0, 999),
    modulus=st.integers(2, 4),
)
def test_no_single_choice_behind_the_parting_avoids_a_failure(
    steps: list[int], seed: int, modulus: int
) -> None:
    """Each one is tried here by another way, with the default behind it and with the schedule's own choices."""
    scenario, check = steppers(*steps), check_of(modulus)
    failure = explore(scenario, RandomWalk(seed), budget=20, check=check, name="it", shrinks=0).failure
    if failure is None or failure.nearest is None or not failure.nearest.last:
        return
    failing = detailed(scenario, *failure.tape.deviations)
    choices = failing.deviations
    assert judged(failing, check).failed
    behind = {at for at, step in points_of(failing).items() if step > failure.nearest.parts_at}
    for at, others in enumerate(choices_of(failing)):
        for index in others if at in behind else ():
            kept = [choice for choice in choices if choice[0] < at]
            for rest in ([], [choice for choice in choices if choice[0] > at]):
                assert judged(detailed(scenario, *kept, (at, index), *rest), check).failed


def points_of(run: Run) -> dict[int, int]:
    """The step of each choice point."""
    points: dict[int, int] = {}
    for step, detail in enumerate(run.details):
        if detail.choices > len(points):
            points[len(points)] = step
    return points


async def always() -> None:
    """Fails under all schedules."""
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(trio.lowlevel.checkpoint)
    raise ValueError


def test_what_always_fails_has_no_neighbour_that_passes() -> None:
    """None is reported, and the report has no line of it."""
    failure = failure_of(always)
    assert failure.nearest is None
    assert "the nearest" not in str(failure)


def test_none_is_sought_without_a_budget() -> None:
    """Neither then does the report speak of it."""
    failure = explore(next(iter(RACES)), nearest=0).failure
    assert failure is not None
    assert failure.nearest is None


def search(scenario: Scenario, failing: Run, budget: int) -> tuple[Neighbour, int]:
    """Look for the nearest passing schedule; how many were run."""
    ran = 0

    def counted(run: Run) -> Run:
        nonlocal ran
        ran += 1
        return run

    def campaign() -> Campaign[Neighbour]:
        return (yield from nearest_passing(failing, counted, budget))

    return perform(campaign(), scenario, "it"), ran


@pytest.mark.parametrize("budget", [0, 1, 2, 5, 20])
def test_the_budget_holds(budget: int) -> None:
    """So many schedules are run at most; without an end of the search nothing is claimed about what lies behind."""
    race = next(iter(RACES))
    failure = failure_of(race)
    found, ran = search(race, detailed(race, *failure.tape.deviations), budget)
    assert ran == found.tried <= budget
    assert not found.last or found.run is not None


def test_long_schedules_use_the_budget_up_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps are limited too."""
    monkeypatch.setattr("turnfold.replay.explore.nearest.STEPS_MAX", 30)
    found, ran = search(always, detailed(always), 200)
    assert (None, False) == (found.run, found.last)
    assert ran < 10


async def frail() -> None:
    """Fails if it is cancelled in the middle."""
    with trio.CancelScope():
        try:
            await trio.sleep(1)
            await trio.sleep(1)
        except trio.Cancelled:
            if trio.current_time() > 0:
                raise ValueError from None
            raise
    await trio.sleep(1)


def test_the_neighbour_of_a_cancelled_schedule_may_be_one_without_it() -> None:
    """Or one that is cancelled elsewhere; the cancellation is a choice as any other."""
    failure = explore(frail, EveryCancellation()).failure
    assert failure is not None
    assert failure.tape.cancel is not None
    assert 2 == failure.tape.cancel.step
    assert failure.nearest is not None
    assert failure.tape.cancel != failure.nearest.tape.cancel
    assert 2 <= failure.nearest.parts_at


def test_the_schedule_may_be_over_where_the_other_goes_on() -> None:
    """Then nothing runs there, and a long outcome is cut."""
    nearest = failure_of(next(iter(RACES))).nearest
    assert nearest is not None
    told = attrs.evolve(nearest, ran_instead=None, last=False, outcome="x" * 99, parts_at=7)
    assert f"the nearest schedule that passes ({'x' * 57}...) runs nothing at step 7" == str(told)
