"""Planted races are found by every strategy, and programs without them survive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import trio
import trio.testing

from tests.replay.explore.races import RACES, Program
from turnfold.replay.explore import DelayBounded, Pct, RandomWalk, Strategy, explore, replay

STRATEGIES: dict[str, tuple[Callable[[], Strategy], int]] = {
    "dfs": (DelayBounded, 200),
    "pct": (Pct, 200),
    "random": (RandomWalk, 200),
}
"""Name → the strategy, and within how many schedules it has to find a planted race."""


def short(program: Program) -> str:
    """The name of a program."""
    return program.__name__


@pytest.mark.parametrize("race", RACES, ids=short)
def test_trio_alone_does_not_come_upon_the_race(race: Program) -> None:
    """Two hundred runs under trio's own scheduler, its coin included, show nothing."""
    for _ in range(200):
        trio.run(race, clock=trio.testing.MockClock(autojump_threshold=0))


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("race", RACES, ids=short)
def test_a_planted_race_is_found_and_its_token_replays_it(race: Program, strategy: str) -> None:
    """Each strategy finds each race within its budget; the shrunk schedule needs at most two delays and replays."""
    make, budget = STRATEGIES[strategy]
    failure = explore(race, make(), budget=budget).failure
    assert failure is not None
    assert len(failure.tape.deviations) <= 2
    assert failure.smallest
    replayed = replay(race, failure.token)
    assert replayed.exact
    assert (failure.kind, failure.text) == (replayed.run.kind, replayed.run.text)


@pytest.mark.parametrize("race", RACES, ids=short)
def test_a_race_has_the_same_smallest_schedule_whoever_finds_it(race: Program) -> None:
    """Shrinking ends at the same number of delays, whichever strategy found the failure."""
    found = [explore(race, make(), budget=budget).failure for make, budget in STRATEGIES.values()]
    assert 1 == len({len(failure.tape.deviations) for failure in found if failure is not None})


@pytest.mark.parametrize("fixed", RACES.values(), ids=short)
def test_a_program_without_the_race_survives_all_schedules_with_two_delays(fixed: Program) -> None:
    """The exploration is complete and found nothing."""
    exploration = explore(fixed, DelayBounded(2), budget=20_000)
    assert exploration.failure is None, str(exploration)
    assert exploration.complete


@pytest.mark.parametrize("strategy", [Pct(2), Pct(3), RandomWalk()], ids=["pct 2", "pct 3", "random"])
@pytest.mark.parametrize("fixed", RACES.values(), ids=short)
def test_a_program_without_the_race_survives_random_schedules(fixed: Program, strategy: Strategy) -> None:
    """The same budget that finds the races finds nothing in the programs without them."""
    exploration = explore(fixed, strategy, budget=200)
    assert exploration.failure is None, str(exploration)
    assert 200 == exploration.runs
