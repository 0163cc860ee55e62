"""Scenarios that cannot be explored, or do not end, are told apart and named."""

from __future__ import annotations

import gc
import random
import subprocess
import threading
import warnings
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
import trio
import trio.socket
import trio.testing

from turnfold.replay.explore import (
    DelayBounded,
    Exploration,
    Failure,
    Limits,
    RandomWalk,
    Scenario,
    UnsupportedTrio,
    explore,
)
from turnfold.replay.explore.inside import check_structure


def failure_of(scenario: Scenario, **options: Any) -> Failure:
    """Explore a few schedules and return the failure."""
    failure = explore(scenario, RandomWalk(), budget=5, **options).failure
    assert failure is not None
    return failure


async def waits_for_ever() -> None:
    """Two tasks wait for each other."""
    lock, event = trio.Lock(), trio.Event()

    async def first() -> None:
        async with lock:
            await event.wait()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(first)
        await trio.testing.wait_all_tasks_blocked()
        async with lock:
            event.set()


def test_a_deadlock_says_where_each_task_waits() -> None:
    """Task by task: its name, what it waits in, file and line."""
    failure = failure_of(waits_for_ever)
    assert "deadlock" == failure.kind
    assert "waits_for_ever#0 waits in " in failure.text
    assert "first#1 waits in Event.wait (" in failure.text
    assert "test_bad_scenarios.py:" in failure.text


async def shielded() -> None:
    """A task that cannot be cancelled."""
    with trio.CancelScope(shield=True):
        await trio.sleep_forever()


async def stubborn() -> None:
    """Tasks that cannot be cancelled, below a nursery."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(shielded)
        nursery.start_soon(shielded)


@pytest.mark.parametrize("scenario", [shielded, stubborn])
def test_tasks_that_do_not_end_are_thrown_away_without_a_trace(scenario: Scenario) -> None:
    """The deadlock is reported, the exploration goes on, nothing is written and no warning is left."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "cancelled, its tasks did not end" in failure_of(scenario).text


async def polls_for_ever() -> None:
    """Never ends, though it comes to checkpoints."""
    while True:
        await trio.lowlevel.checkpoint()


async def polls_and_swallows() -> None:
    """Never ends, not even if it is cancelled."""
    while True:
        with suppress(trio.Cancelled):
            await trio.lowlevel.checkpoint()


@pytest.mark.parametrize("scenario", [polls_for_ever, polls_and_swallows])
def test_an_endless_scenario_stops_at_the_limit_of_steps(scenario: Scenario) -> None:
    """The limit is named, and how to raise it."""
    failure = failure_of(scenario, limits=Limits(steps_max=100))
    assert "endless" == failure.kind
    assert "not ended after 100 steps; if it needs more, raise steps_max" in failure.text


def test_a_polling_task_does_not_starve_the_one_it_waits_for() -> None:
    """A runnable task is held back for so many steps at most: a loop that waits for a flag comes to its end."""

    async def scenario() -> None:
        ready = False

        async def poll() -> None:
            while not ready:
                await trio.lowlevel.checkpoint()

        async def prepare() -> None:
            nonlocal ready
            await trio.lowlevel.checkpoint()
            ready = True

        async with trio.open_nursery() as nursery:
            for _ in range(2):
                nursery.start_soon(poll)
            nursery.start_soon(prepare)

    exploration = explore(scenario, budget=40, limits=Limits(patience=20))
    assert {"None": 40} == exploration.outcomes


def test_a_step_without_an_end_is_ended() -> None:
    """A busy loop is interrupted and reported with its line."""

    async def scenario() -> None:
        await trio.lowlevel.checkpoint()
        while True:
            pass

    failure = failure_of(scenario, limits=Limits(stall_s=0.3))
    assert "stalled" == failure.kind
    assert "no checkpoint for 0.3 s of real time, at " in failure.text
    assert "in scenario: a loop needs an await of trio in it" in failure.text


async def uses_a_trio_thread() -> None:
    """Files and name look-ups do as much."""
    await trio.to_thread.run_sync(int)


async def opens_a_file() -> None:
    """By trio, which uses a thread."""
    await trio.Path(__file__).read_text()


async def starts_a_thread() -> None:
    """By the standard library."""
    threading.Thread(target=int).start()


async def opens_a_socket() -> None:
    """By trio."""
    trio.socket.socket()


async def runs_a_process() -> None:
    """By the standard library."""
    subprocess.Popen(["true"])  # noqa: ASYNC220


async def runs_a_process_and_hides_it() -> None:
    """By the standard library; the refusal is swallowed."""
    with suppress(Exception):
        subprocess.Popen(["true"])  # noqa: ASYNC220


async def waits_for_a_descriptor() -> None:
    """Which somebody else opened."""
    await trio.lowlevel.wait_readable(0)


@pytest.mark.parametrize(
    ("scenario", "what"),
    [
        (uses_a_trio_thread, "trio.to_thread: a thread"),
        (opens_a_file, "a thread (files and name look-ups use threads too)"),
        (starts_a_thread, "threading.Thread: a thread"),
        (opens_a_socket, "socket.socket: a socket"),
        (runs_a_process, "subprocess.Popen: a process"),
        (runs_a_process_and_hides_it, "subprocess.Popen: a process"),
        (waits_for_a_descriptor, "trio.lowlevel.wait_readable"),
    ],
)
def test_what_no_schedule_controls_is_refused_with_the_remedy(scenario: Scenario, what: str) -> None:
    """Even if the scenario swallows the error; the message says what to use instead."""
    trio.run(uses_a_trio_thread)  # an idle worker thread is there already
    failure = failure_of(scenario)
    assert "refused" == failure.kind
    assert what in failure.text
    assert "Give the scenario a fake" in failure.text


def test_threads_and_processes_are_there_again_afterwards() -> None:
    """Outside of a scenario nothing is refused, neither between two explorations nor after one."""
    failure_of(uses_a_trio_thread)
    trio.run(uses_a_trio_thread)
    assert 0 == subprocess.run(["true"], check=True).returncode


def test_undeclared_randomness_is_reported_with_the_first_difference() -> None:
    """A schedule that is run twice and goes two ways is no finding but a defect of the scenario."""
    numbers = random.Random(1)

    async def scenario() -> None:
        async def walk() -> None:
            for _ in range(numbers.randrange(5)):
                await trio.lowlevel.checkpoint()

        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(walk)

    failure = failure_of(scenario)
    assert "unstable" == failure.kind
    assert " in the first run, " in failure.text
    assert "wall time, randomness" in failure.text


def test_a_result_that_depends_on_more_than_the_schedule_is_reported() -> None:
    """Equal steps with different results are a difference too."""
    numbers = iter(range(100))

    async def scenario() -> object:
        return next(numbers)

    failure = failure_of(scenario)
    assert "unstable" == failure.kind
    assert "same steps, but the first run ended with '0' and the second with '1'" in failure.text


def test_an_exception_of_the_scenario_is_the_failure_with_its_type_and_text() -> None:
    """Also out of nested groups, sorted; the exception itself is there as well."""

    async def scenario() -> None:
        async def fail(error: Exception) -> None:
            raise error

        async with trio.open_nursery() as nursery:
            nursery.start_soon(fail, ValueError("two"))
            nursery.start_soon(fail, KeyError("one"))

    failure = failure_of(scenario)
    assert "raised" == failure.kind
    assert "KeyError: 'one' + ValueError: two" == failure.text
    assert isinstance(failure.error, ExceptionGroup)


def test_a_check_judges_what_a_schedule_returned() -> None:
    """Its complaint fails the schedule, and the value is shown beside it."""

    async def scenario() -> object:
        return 41

    def check(value: object) -> None:
        assert value == 42, "not the answer"

    failure = failure_of(scenario, check=check)
    assert "check" == failure.kind
    assert failure.text.startswith("AssertionError: not the answer")
    assert failure.text.endswith("(returned 41)")


def test_an_interrupt_of_the_user_ends_the_exploration() -> None:
    """Ctrl-C is no failure of the scenario."""

    async def scenario() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explore(scenario)


def test_what_a_scenario_leaves_behind_is_not_there_in_the_next_schedule() -> None:
    """System tasks, callbacks, run variables and time: each schedule begins with nothing."""
    number = trio.lowlevel.RunVar[int]("number", 0)

    async def system() -> None:
        await trio.sleep_forever()

    async def scenario() -> object:
        seen = number.get(), trio.current_time(), trio.lowlevel.current_statistics().tasks_living
        number.set(5)
        trio.lowlevel.spawn_system_task(system)
        trio.lowlevel.current_trio_token().run_sync_soon(int)
        await trio.sleep(3)
        return seen

    exploration: Exploration = explore(scenario, RandomWalk(), budget=20)
    assert exploration.failure is None
    assert 1 == len(exploration.outcomes), exploration.outcomes


def test_exploring_inside_of_a_run_is_refused() -> None:
    """The message says where to call it from."""

    async def main() -> None:
        explore(waits_for_ever)

    with pytest.raises(RuntimeError, match="call it from synchronous code"):
        trio.run(main)


def test_a_budget_of_nothing_is_refused() -> None:
    """At least one schedule has to be run."""
    with pytest.raises(ValueError, match="at least 1, not 0"):
        explore(waits_for_ever, budget=0)


def test_a_trio_with_another_inside_is_refused() -> None:
    """The message names what is missing, the versions that are known, and the command to get one."""

    class Runner:
        __attrs_attrs__ = ()

    def unrolled_run() -> None:
        """A loop that uses nothing."""

    strange = SimpleNamespace(Runner=Runner, Deadlines=Runner, unrolled_run=unrolled_run)
    with pytest.raises(UnsupportedTrio) as caught:
        check_structure(strange)
    assert "it has no field Runner deadlines" in str(caught.value)
    assert "pip install 'trio<0.36'" in str(caught.value)


async def leaves_a_ghost() -> int:
    """A system task that nothing ends stays behind the scenario."""

    async def ghost() -> None:
        with trio.CancelScope(shield=True):
            await trio.sleep_forever()

    trio.lowlevel.spawn_system_task(ghost)
    await trio.lowlevel.checkpoint()
    return 1


def test_a_task_that_outlives_its_scenario_keeps_nobody_waiting() -> None:
    """trio would wait for it for ever; its run is thrown away, the schedule counts, and the next one has its own."""
    found = explore(leaves_a_ghost, RandomWalk(), budget=5)
    assert found.failure is None
    assert {"1": 5} == found.outcomes


async def stuck_twice() -> None:
    """Nurseries in one another, whose tasks nothing ends."""

    async def shielded() -> None:
        with trio.CancelScope(shield=True):
            await trio.sleep_forever()

    async with trio.open_nursery() as outer:
        outer.start_soon(shielded)
        async with trio.open_nursery() as inner:
            inner.start_soon(shielded)


@pytest.mark.filterwarnings("error")
def test_tasks_that_are_thrown_away_complain_of_nothing() -> None:
    """They are closed from the inside out, so that Python has nothing to say when it collects them."""
    failure = explore(stuck_twice, DelayBounded(1), budget=5, nearest=0).failure
    gc.collect()
    assert failure is not None
    assert "deadlock" == failure.kind
    assert "its tasks did not end" in failure.text
