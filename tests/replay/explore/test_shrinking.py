"""A failing schedule becomes as simple as it can be, and still fails in the same way."""

from __future__ import annotations

import pytest
import trio

from turnfold.replay.explore import Pct, RandomWalk, explore, replay


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
    assert "trio's own scheduler can do this" in str(update)
