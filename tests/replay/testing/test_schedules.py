"""Schedules that Hypothesis draws: they shrink with the inputs, each one runs, and what fails tells of itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
import trio
from hypothesis import HealthCheck, Phase, assume, example, find, given, settings
from hypothesis import strategies as st

from tests.replay.explore.toys import Toy, scenario_of, toys
from turnfold.replay.explore import (
    Campaign,
    Cancel,
    Deviation,
    Limits,
    Plan,
    Run,
    Scenario,
    Tape,
    perform,
    replay,
    tape_of,
)
from turnfold.replay.explore import scenario_of as named_in
from turnfold.replay.testing import ScheduleFailed, draw_schedule, run_schedule, schedules

QUICK = [phase for phase in Phase if phase is not Phase.explain]
CALM = [HealthCheck.too_slow]
FEW = settings(
    database=None, derandomize=True, max_examples=40, deadline=None, phases=QUICK, suppress_health_check=CALM
)


def deposits(amounts: list[int]) -> Scenario:
    """A race of deposits; those of up to 10 are made at once."""

    async def scenario() -> None:
        total = 0

        async def deposit(amount: int) -> None:
            nonlocal total
            seen = total
            if amount > 10:
                await trio.lowlevel.checkpoint()
            total = seen + amount

        async with trio.open_nursery() as nursery:
            for amount in amounts:
                nursery.start_soon(deposit, amount)
        assert total == sum(amounts), "a deposit was lost"

    return scenario


def test_inputs_and_schedule_shrink_together() -> None:
    """A race that needs an input and a schedule comes down to the least slow amount and one early delay."""
    tried: list[tuple[int, Tape]] = []

    @settings(
        database=None,
        derandomize=True,
        max_examples=400,
        deadline=None,
        phases=QUICK,
        suppress_health_check=CALM,
    )
    @given(amount=st.integers(1, 1_000), schedule=schedules())
    def no_deposit_is_lost(amount: int, schedule: Tape) -> None:
        tried.append((amount, schedule))
        run_schedule(deposits([amount, amount]), schedule, name="deposits")

    with pytest.raises(AssertionError, match="a deposit was lost") as caught:
        no_deposit_is_lost()
    assert (11, Tape(deviations=((1, 0),))) == tried[-1]
    notes = "\n".join(caught.value.__notes__)
    assert (
        "6 steps, 1 of its choices differ from the default\ntasks: deposits#0, deposit#1, deposit#2" in notes
    )
    token = notes.partition("replay it with the token ")[2].split()[0]
    again = replay(deposits([11, 11]), token, name="deposits")
    assert (True, "raised") == (again.exact, again.run.kind)


def test_the_simplest_schedule_is_the_default() -> None:
    """What Hypothesis shrinks towards has no delay and no cancellation."""
    assert Tape() == find(schedules(cancel=True), _anything, settings=FEW)


def _anything(value: object) -> bool:
    return value is not None


@FEW
@given(schedule=schedules(max_delays=2, within=20, cancel=True))
def test_a_drawn_schedule_keeps_its_bounds(schedule: Tape) -> None:
    """No more delays than asked for, in order, within the choice points asked for; so the cancellation."""
    places = [at for at, _ in schedule.deviations]
    assert sorted(set(places)) == places
    assert len(places) <= 2
    assert all(at < 20 for at in places)
    assert schedule.cancel is None or 1 <= schedule.cancel.step <= 20


def outcome_of(scenario: Scenario, tape: Tape, limits: Limits | None = None) -> tuple[Run, str | None]:
    """Run a schedule whose failure is a scenario that does not end; its token with it if it failed."""
    try:
        return run_schedule(scenario, tape, name="toy", limits=limits), None
    except ScheduleFailed as failed:
        return failed.run, failed.token


@FEW
@given(toy=toys(), schedule=schedules(cancel=True))
def test_every_drawn_schedule_is_one_of_the_program(toy: Toy, schedule: Tape) -> None:
    """Choices that are not there become others: none is lost while there are choice points, and the token is exact."""
    run, token = outcome_of(scenario_of(toy), schedule)
    expected = [at for at, _ in schedule.deviations if at < len(run.counts)]
    assert expected == [at for at, _ in run.deviations]
    if token is not None:
        assert replay(scenario_of(toy), token, name="toy").exact


@FEW
@given(toy=toys(), choices=st.lists(st.integers(0, 5), max_size=30))
def test_the_tape_of_a_run_is_run_as_it_is(toy: Toy, choices: list[int]) -> None:
    """Whatever was run before is run again, step by step."""
    rest = iter(choices)
    deviations: list[Deviation] = []
    at = -1

    def choose(candidates: list[int], default: int) -> int:
        nonlocal at
        at += 1
        index = next(rest, default) % len(candidates)
        if index != default:
            deviations.append((at, index))
        return index

    first = _performed(scenario_of(toy), choose)
    second, _ = outcome_of(scenario_of(toy), tape_of(first, 200))
    assert first.order == second.order
    assert deviations == second.deviations


def _performed(scenario: Scenario, choose: Callable[[list[int], int], int]) -> Run:
    def once() -> Campaign[Run]:
        return (yield Plan(choose))

    return perform(once(), scenario, "toy")


async def deadlocked() -> None:
    """Waits for nobody."""
    await trio.Event().wait()


def test_a_schedule_that_does_not_end_is_an_error_of_its_own() -> None:
    """It says how it ended, carries the run and the token, and has the steps in a note."""
    with pytest.raises(ScheduleFailed, match="deadlock: no task can run and no deadline is set") as caught:
        run_schedule(deadlocked, Tape())
    assert "deadlock" == caught.value.run.kind
    assert f"{__name__}:deadlocked" == named_in(caught.value.token)
    assert "tasks: deadlocked#0" in caught.value.__notes__[0]


def test_the_limits_hold_for_a_drawn_schedule() -> None:
    """A scenario that needs more steps than allowed is endless."""

    async def polls() -> None:
        while True:
            await trio.lowlevel.checkpoint()

    run, _ = outcome_of(polls, Tape(), Limits(steps_max=50))
    assert "endless" == run.kind


def test_a_check_judges_what_the_scenario_returned() -> None:
    """Its error is raised, with the note; without one the run is returned."""

    async def answer() -> int:
        return 41

    def check(value: object) -> None:
        assert value == 42, "not the answer"

    assert 41 == run_schedule(answer, Tape()).value
    with pytest.raises(AssertionError, match="not the answer") as caught:
        run_schedule(answer, Tape(), check=check)
    assert "answer#0" in caught.value.__notes__[0]


def raising(error: BaseException) -> Callable[[], Awaitable[object]]:
    """A scenario in whose child task an exception is raised."""

    async def child() -> None:
        raise error

    async def scenario() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(child)

    return scenario


def test_the_exception_of_a_child_task_is_raised_by_itself() -> None:
    """Out of its group, with the lines of the program only; the note is there once, however often it is raised."""
    error = KeyError("one")
    with pytest.raises(KeyError):
        run_schedule(raising(error), Tape())
    with pytest.raises(KeyError) as caught:
        run_schedule(raising(error), Tape())
    assert error is caught.value
    assert 1 == len(error.__notes__)
    modules = {str(entry.frame.f_globals["__name__"]) for entry in caught.traceback}
    assert {__name__, "turnfold.replay.testing.schedules"} == modules


def test_a_group_of_several_exceptions_stays_one() -> None:
    """With the note on the group."""

    async def scenario() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(raising(KeyError("one")))
            nursery.start_soon(raising(ValueError("two")))

    with pytest.raises(ExceptionGroup) as caught:
        run_schedule(scenario, Tape())
    assert "schedule: " in caught.value.__notes__[0]


@pytest.mark.parametrize("error", [pytest.skip.Exception("not here"), pytest.exit.Exception("stop")])
def test_what_steers_a_test_runner_is_no_failure(error: BaseException) -> None:
    """A skip reaches pytest as what it is: out of its group and without a note."""
    with pytest.raises(type(error)) as caught:
        run_schedule(raising(error), Tape())
    assert not hasattr(caught.value, "__notes__")


def test_values_can_be_drawn_and_assumed_inside_of_a_schedule() -> None:
    """Hypothesis steers from within tasks: rejected and exhausted examples do not fail, and a fault is found."""

    @settings(
        database=None,
        derandomize=True,
        max_examples=200,
        deadline=None,
        phases=QUICK,
        suppress_health_check=CALM,
    )
    @given(data=st.data(), schedule=schedules(max_delays=1))
    def drawn_late(data: st.DataObject, schedule: Tape) -> None:
        async def child() -> None:
            number = data.draw(st.integers(0, 1_000))
            assume(number % 2 == 0)
            assert number < 500, f"{number} is too much"

        async def scenario() -> None:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(child)

        run_schedule(scenario, schedule)

    with pytest.raises(AssertionError, match="500 is too much") as caught:
        drawn_late()
    assert "child#1" in "\n".join(caught.value.__notes__)


async def cancelled_badly() -> None:
    """Deadlocks after it was cancelled."""
    with suppress(trio.Cancelled):
        await trio.lowlevel.checkpoint()
        await trio.lowlevel.checkpoint()
        return
    with trio.CancelScope(shield=True):
        await trio.Event().wait()


def test_a_cancellation_is_part_of_a_schedule_if_it_took_place() -> None:
    """One of a scope that is there is in the token; one that came too late or found no scope is not."""
    with pytest.raises(ScheduleFailed) as caught:
        run_schedule(cancelled_badly, Tape(cancel=Cancel(1, 0)))
    assert Cancel(1, 0) == replay(cancelled_badly, caught.value.token).run.cancel
    for missed in (Cancel(1, 9), Cancel(30, 0)):
        run, token = outcome_of(deadlocked, Tape(cancel=missed))
        assert "deadlock" == run.kind
        assert token is not None
        assert replay(deadlocked, token, name="toy").run.cancel is None


def test_bounds_that_make_no_sense_are_refused() -> None:
    """The message has both of them."""
    with pytest.raises(ValueError, match="not -1 and 64"):
        schedules(max_delays=-1)
    with pytest.raises(ValueError, match="not 3 and 0"):
        schedules(within=0)


def test_a_schedule_is_drawn_within_a_test_but_not_in_an_explicit_example() -> None:
    """Runners of asynchronous tests draw one where `@given` has no argument for it."""
    drawn: list[Tape | None] = []

    @FEW
    @example(number=-1)
    @given(number=st.integers(0, 3))
    def numbers(number: int) -> None:
        schedule = draw_schedule()
        assert (schedule is None) == (number == -1)
        drawn.append(schedule)

    numbers()
    assert drawn[0] is None
    assert 1 < len(set(drawn))
