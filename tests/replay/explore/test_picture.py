"""The steps of a schedule in words, and as data."""

from __future__ import annotations

import re
from pathlib import Path

import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replay.explore.detailed import detailed
from tests.replay.explore.test_runs import one
from tests.replay.explore.toys import Toy, scenario_of, toys
from turnfold.replay.explore import (
    Campaign,
    Cancel,
    Plan,
    RandomWalk,
    Run,
    Step,
    explore,
    perform,
    pictured,
    replay,
    steps_of,
)


def words(run: Run, limit: int = 40) -> list[str]:
    """The lines without the numbers of lines, and without alignment."""
    return [re.sub(r"  +", " ", re.sub(r":\d+\b(?!:)", ":N", line)).strip() for line in pictured(run, limit)]


async def wakes() -> None:
    """One task waits for an event, one for time, and one is cancelled."""
    event = trio.Event()

    async def waiter() -> None:
        await event.wait()

    async def sleeper() -> None:
        await trio.sleep(2)
        event.set()
        await trio.sleep(1)
        nursery.cancel_scope.cancel()

    async def sleeps_for_ever() -> None:
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(waiter)
        nursery.start_soon(sleeper)
        nursery.start_soon(sleeps_for_ever)


def test_a_line_says_from_where_to_where_and_what_woke_the_task() -> None:
    """An event by a step, a sleep by time, a cancellation by a step; who was runnable needs no reason."""
    file = Path(__file__).relative_to(Path.cwd())
    assert [
        f"step 0: it#0 from its start to {file}:N in wakes (end of nursery)",
        f"step 1: waiter#1 from its start to {file}:N in waiter (Event.wait)",
        f"step 2: sleeper#2 from its start to {file}:N in sleeper (sleep)",
        f"step 3: sleeps_for_ever#3 from its start to {file}:N in sleeps_for_ever (sleep_forever)",
        f"step 4: sleeper#2 from test_picture.py:N (woken at 2 s) to {file}:N in sleeper (sleep)",
        "step 5: waiter#1 from test_picture.py:N (woken by step 4) to its end",
        "step 6: sleeper#2 from test_picture.py:N (woken at 3 s) to its end",
        "step 7: sleeps_for_ever#3 from test_picture.py:N (cancelled by step 6) to its end",
        "step 8: it#0 from test_picture.py:N (woken by step 7) to its end",
    ] == words(detailed(wakes))


async def limited() -> None:
    """A deadline of the program's own cancels."""
    with trio.move_on_after(5):
        await trio.sleep_forever()


def test_a_deadline_cancels_at_a_time() -> None:
    """The time is told, and not the step before."""
    assert words(detailed(limited))[-1].endswith("test_picture.py:N (cancelled at 5 s) to its end")


async def strolls() -> None:
    """Two tasks with some checkpoints each."""

    async def walk() -> None:
        await trio.lowlevel.checkpoint()
        await trio.lowlevel.checkpoint()
        await trio.lowlevel.checkpoint()
        await trio.lowlevel.checkpoint()
        await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(walk)
        nursery.start_soon(walk)


def test_steps_in_a_row_name_the_places_in_between() -> None:
    """Three of them, with the file once; the others are counted."""
    line = words(detailed(strolls))[1]
    assert "steps 1 to 6: walk#1 from its start to its end, past test_picture.py:N, :N, :N and 2 more" == line


def test_choices_other_than_the_default_are_marked() -> None:
    """A star before the line of the task that was chosen."""
    lines = [line for line in pictured(detailed(strolls, (0, 1), (3, 0))) if line.startswith("*")]
    assert ["* steps 1 to 3:", "* steps 4 to 9:"] == [line[:15] for line in lines]


async def nested() -> None:
    """A checkpoint in two scopes."""
    with trio.CancelScope():
        await trio.sleep_forever()


def test_a_cancellation_by_the_exploration_has_a_line() -> None:
    """Which scope, in words; what it woke says so without a step."""
    assert [
        "cancelled from outside: the innermost scope around it#0",
        "step 1: it#0 from test_picture.py:N (cancelled) to its end",
    ] == words(detailed(nested, cancel=Cancel(1, 0)))[1:]
    assert "cancelled from outside: the whole scenario" == words(detailed(nested, cancel=Cancel(1, 1)))[1]
    assert (
        "cancelled from outside: scope 1 around it#0 (0: the innermost)"
        == pictured(one(nested, Cancel(1, 1)))[1]
    )


async def four_strolls() -> None:
    """Four tasks that take turns at each checkpoint of a long way."""

    async def walk() -> None:
        for _ in range(20):
            await trio.sleep(1)

    async with trio.open_nursery() as nursery:
        for _ in range(4):
            nursery.start_soon(walk)


def test_of_a_long_schedule_the_lines_next_to_choices_are_shown() -> None:
    """And its beginning, and its end; what is left out is counted."""
    whole = pictured(detailed(four_strolls, (50, 1)), limit=1000)
    star = next(at for at, line in enumerate(whole) if line.startswith("*"))
    lines = pictured(detailed(four_strolls, (50, 1)), limit=7)
    assert [*whole[:2], f"... {star - 3} more ...", *whole[star - 1 : star + 2]] == lines[:6]
    assert [f"... {len(whole) - star - 4} more ...", *whole[-2:]] == lines[6:]


def test_a_failure_and_a_replay_carry_the_steps_as_data() -> None:
    """The same ones, with task, places, and who else could have run."""

    async def fails() -> None:
        await strolls()
        raise ValueError

    failure = explore(fails, name="it").failure
    assert failure is not None
    replayed = replay(fails, failure.token, name="it")
    assert failure.schedule == replayed.schedule == steps_of(replayed.run)
    assert ("walk#1", ("walk#1", "walk#2")) == (failure.schedule[1].task, failure.schedule[1].runnable)
    assert len(failure.schedule) == len(replayed.run.order)


def random_run(toy: Toy, seed: int) -> Run:
    """One random schedule of a toy, with details."""

    def campaign() -> Campaign[Run]:
        plan = RandomWalk(seed).begin()
        assert plan is not None
        return (yield Plan(plan.chooser, detail=True))

    return perform(campaign(), scenario_of(toy), "toy")


@settings(max_examples=80, deadline=None)
@given(toy=toys(), seed=st.integers(0, 2**16))
def test_the_steps_of_any_program_fit_together(toy: Toy, seed: int) -> None:
    """A task goes on where it stopped, after it was woken; it ends once; each deviation is one step."""
    run = random_run(toy, seed)
    steps = steps_of(run)
    stood: dict[str, Step] = {}
    for step in steps:
        before = stood.get(step.task)
        assert step.began == (None if before is None else before.stopped)
        assert before is None or before.stopped is not None, "a task that has ended makes a step"
        assert step.task in step.runnable
        assert step.woken is None or (before.number if before else -1) <= step.woken < step.number
        stood[step.task] = step
    assert len(run.deviations) == sum(step.delay for step in steps)
    assert len(run.order) == len(steps)


@settings(max_examples=80, deadline=None)
@given(toy=toys(), seed=st.integers(0, 2**16))
def test_the_lines_of_any_program_tell_all_steps_in_order(toy: Toy, seed: int) -> None:
    """No step is left out or told twice."""
    told: list[int] = []
    for line in pictured(random_run(toy, seed), limit=10_000):
        found = re.match(r"[* ] steps? (\d+)(?: to (\d+))?:", line)
        assert found is not None, line
        told += range(int(found[1]), int(found[2] or found[1]) + 1)
    assert list(range(len(told))) == told
