"""What is told of single runs: what they left behind, what they were like, where they differ."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import attrs
import pytest
import trio

from turnfold.replay.explore import (
    Campaign,
    Plan,
    RandomWalk,
    Run,
    Scenario,
    VirtualClock,
    explore,
    first_difference,
    perform,
    pictured,
    signature,
)
from turnfold.replay.explore.runs import Cancel
from turnfold.replay.explore.tape import chooser_of


def one(scenario: Scenario, cancel: Cancel | None = None) -> Run:
    """Run the default schedule."""

    def campaign() -> Campaign[Run]:
        return (yield Plan(chooser_of(()), cancel=cancel))

    return perform(campaign(), scenario, "it")


_kept: list[object] = []
"""What outlives a schedule."""


async def starts_a_system_task() -> None:
    """Which goes on when the scenario is over."""
    trio.lowlevel.spawn_system_task(trio.sleep_forever)


async def calls_back_later() -> None:
    """After its end."""
    trio.lowlevel.current_trio_token().run_sync_soon(int)


async def keeps_a_generator() -> None:
    """Half used, and referred to from outside."""

    async def count() -> AsyncGenerator[int]:
        for number in range(2):
            yield number

    numbers = count()
    _kept.append(numbers)
    assert 0 == await anext(numbers)


async def leaves_nothing() -> None:
    """Cleans up."""
    await trio.sleep(1)


@pytest.mark.parametrize(
    ("scenario", "left"),
    [
        (starts_a_system_task, "a system task: trio.sleep_forever"),
        (calls_back_later, "a callback given to run_sync_soon"),
        (keeps_a_generator, "an asynchronous generator"),
        (leaves_nothing, None),
    ],
)
def test_what_a_scenario_leaves_behind_is_named(scenario: Scenario, left: str | None) -> None:
    """A run of trio in which something is left is not used again."""
    assert left == one(scenario).leftover
    assert {"None": 5} == explore(scenario, RandomWalk(), budget=5).outcomes
    _kept.clear()


def test_a_cancellation_of_a_scope_that_is_not_there_is_a_misfit() -> None:
    """The tape belongs to another program."""
    assert 0 == one(leaves_nothing, Cancel(1, 0)).misfits
    assert 1 == one(leaves_nothing, Cancel(1, 9)).misfits


def test_the_clock_can_be_moved_by_hand() -> None:
    """As trio's own clock for tests can, and not backwards."""

    async def scenario() -> object:
        clock = trio.lowlevel.current_clock()
        assert isinstance(clock, VirtualClock)
        with pytest.raises(ValueError, match="backwards"):
            clock.jump(-1)
        clock.jump(5)
        return trio.current_time()

    assert 5.0 == one(scenario).value


def test_a_long_run_is_pictured_by_its_beginning_and_its_end() -> None:
    """The lines between are counted."""
    run = one(leaves_nothing)
    run.names = ["a", "b"]
    run.order = [0, 1] * 100
    lines = pictured(run, limit=10)
    assert 11 == len(lines)
    assert ("step 0: a#0", "... 190 more ...", "step 199: b#1") == (lines[0], lines[5], lines[-1])


def test_the_first_difference_of_two_runs_is_the_earliest() -> None:
    """Steps count before names, and names before outcomes; equal runs have none."""
    run = one(leaves_nothing)
    assert first_difference(run, run) is None
    longer = attrs.evolve(run, order=[*run.order, 0])
    step = len(run.order)
    assert f"step {step}: the run is over in the first run, it#0 runs in the second" == first_difference(
        run, longer
    )
    assert "the tasks are it in the first run, other in the second" == first_difference(
        run, attrs.evolve(run, names=["other"])
    )


def test_failures_are_the_same_by_kind_and_by_types_of_exceptions() -> None:
    """Texts may differ, and a cancellation beside the failure does not count."""
    run = attrs.evolve(one(leaves_nothing), kind="raised")
    alike = [attrs.evolve(run, error=error) for error in (ValueError(1), ExceptionGroup("", [ValueError(2)]))]
    assert {("raised", "ValueError")} == {signature(other) for other in alike}
    assert ("raised",) == signature(run)


class Complaint(Exception):
    """Says itself what makes it the same as another one."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.schedule_signature = code


def test_an_exception_may_say_what_counts_as_the_same() -> None:
    """Its `schedule_signature` stands in for its type, each once, also in groups and beside others."""
    run = attrs.evolve(one(leaves_nothing), kind="raised")
    first, second = Complaint("T1", "at noon"), Complaint("T1", "at midnight")
    assert ("raised", "T1") == signature(attrs.evolve(run, error=first))
    assert ("raised", "T1") == signature(attrs.evolve(run, error=ExceptionGroup("", [first, second])))
    both = ExceptionGroup("", [ValueError(), Complaint("T2", "")])
    assert ("raised", "T2", "ValueError") == signature(attrs.evolve(run, error=both))


def test_switches_are_counted() -> None:
    """How often another task runs than before."""
    run = one(leaves_nothing)
    assert [0, 0, 1, 3] == [
        attrs.evolve(run, order=order).switches for order in ([], [1, 1], [0, 1, 1], [0, 1, 1, 0, 2])
    ]


def test_a_campaign_may_run_nothing() -> None:
    """Then trio is not run at all."""

    def campaign() -> Campaign[int]:
        if _kept:
            yield Plan(chooser_of(()))
        return 3

    assert 3 == perform(campaign(), leaves_nothing, "it")
