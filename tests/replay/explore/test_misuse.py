"""What is asked for and makes no sense is refused before anything runs; what lies is not believed."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from itertools import count
from typing import Any, cast

import pytest
import trio
import trio.abc

from turnfold.replay.explore import (
    BadToken,
    Campaign,
    DelayBounded,
    Failure,
    Limits,
    Pct,
    Plan,
    Run,
    Tape,
    decode,
    explore,
    explore_in_workers,
    perform,
)
from turnfold.replay.explore.tape import chooser_of


async def pair() -> None:
    """Two tasks of two steps each."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, 0)
        nursery.start_soon(trio.sleep, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [("steps_max", 0), ("patience", 0.5), ("stall_s", float("nan")), ("stall_s", "1"), ("reuse", 0)],
)
def test_limits_that_make_no_sense_are_refused(name: str, value: object) -> None:
    """No schedule can be run in no steps, and none if no run of trio is to be used for it."""
    with pytest.raises(ValueError, match=f"{name} is .*, not {value!r}"):
        Limits(**{name: value})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_less_than_no_delays_are_refused() -> None:
    """They would be explored completely at once."""
    with pytest.raises(ValueError, match="0 delays or more, not -1"):
        DelayBounded(-1)


def test_a_strategy_that_is_used_up_is_refused() -> None:
    """It has nothing to run, and that is not a complete exploration of another scenario."""
    strategy = DelayBounded(1)
    assert explore(pair, strategy).complete
    with pytest.raises(ValueError, match="has no schedule left: make a new one"):
        explore(pair, strategy)


@pytest.mark.parametrize("exploring", [explore, explore_in_workers])
def test_a_name_that_no_token_can_hold_is_refused_at_once(exploring: Callable[..., object]) -> None:
    """Not only when a failure is to be told, after hours perhaps."""
    with pytest.raises(ValueError, match="cannot hold '~': 'a~b'"):
        exploring(pair, name="a~b")


def test_a_token_of_a_version_with_thousands_of_digits_is_none() -> None:
    """It is refused as any other text, and not by Python's limit for numbers."""
    with pytest.raises(BadToken, match="not a token"):
        decode(f"tfx{'9' * 5000}~a~AAAA")


def test_a_depth_beyond_all_numbers_has_a_bound_of_zero() -> None:
    """`1 / (n * k ** (d - 1))` is less than any number above 0."""
    assert explore(pair, Pct(10**17), budget=3).bound == 0.0


def test_more_than_255_candidates_are_all_tried() -> None:
    """Each of 300 tasks that wake together is taken in one schedule, before the exploration counts as complete."""
    strategy, taken = DelayBounded(1), list[int]()
    while (plan := strategy.begin()) is not None:
        index = plan.chooser(list(range(300)), 7)
        taken.append(index)
        deviations = [] if index == 7 else [(0, index)]
        strategy.ended(
            Run(
                kind="returned",
                text="",
                order=[index],
                names=["task"] * 300,
                counts=[300],
                deviations=deviations,
            )
        )
    assert list(range(300)) == sorted(taken)
    assert strategy.complete


def test_a_failure_of_chance_is_never_told_as_a_run_that_returned() -> None:
    """Where the shrunk schedule passes when it is run once more, the scenario is unstable."""

    def failure_of(passing: int) -> Failure:
        runs = count(1)

        async def tossed() -> None:
            await pair()
            if next(runs) != passing:
                raise ValueError("by chance")

        failure = explore(tossed, budget=1).failure
        assert failure is not None
        return failure

    failures = [failure_of(passing) for passing in range(2, 15)]
    assert {"raised", "unstable"} == {failure.kind for failure in failures}
    assert not any(failure.nearest for failure in failures)


def test_values_and_exceptions_that_cannot_be_told_do_not_end_an_exploration() -> None:
    """Their text says so; and what no encoding has is escaped."""

    class Mute(Exception):
        def __repr__(self) -> str:
            raise TypeError

        __str__ = __repr__

    async def returns() -> object:
        return Mute()

    async def raises() -> None:
        raise Mute

    async def raises_a_surrogate() -> None:
        raise ValueError("\udcff")

    assert {"<Mute, whose repr() raises TypeError>": 1} == explore(returns).outcomes
    assert {"raised: Mute: <Mute, whose str() raises TypeError>": 1} == explore(raises).outcomes
    assert {"raised: ValueError: \\udcff": 1} == explore(raises_a_surrogate).outcomes


def test_a_step_that_hung_is_told_even_if_it_swallows_what_ended_it() -> None:
    """Else it would pass, in a schedule that depends on wall time."""

    async def hangs() -> None:
        try:
            while True:
                time.sleep(0.01)  # noqa: ASYNC251
        except BaseException:  # noqa: BLE001
            pass

    failure = explore(hangs, limits=Limits(stall_s=0.05)).failure
    assert failure is not None
    assert "stalled" == failure.kind
    assert "in hangs" in failure.text


def test_processes_without_popen_are_refused_too() -> None:
    """`os.system` starts a shell."""

    async def shell() -> None:
        os.system("true")  # noqa: ASYNC221  # pyright: ignore[reportDeprecated]

    failure = explore(shell).failure
    assert failure is not None
    assert "refused" == failure.kind
    assert "os.system: a process" in failure.text


def test_ctrl_c_is_a_keyboard_interrupt_wherever_it_arrives() -> None:
    """In code that is protected from it, it is delivered to a nursery of the exploration, and comes in no group."""

    @trio.lowlevel.enable_ki_protection
    async def interrupted() -> None:
        signal.raise_signal(signal.SIGINT)
        await trio.lowlevel.checkpoint()

    def once() -> Campaign[Run]:
        return (yield Tape().plan())

    with pytest.raises(KeyboardInterrupt):
        perform(once(), interrupted, "interrupted")


def not_async() -> int:
    """A function that is done at once."""
    return 1


async def wants_more(what: str) -> None:
    """A function with a parameter."""


async def adds_an_instrument() -> None:
    """It stays in trio's run."""
    trio.lowlevel.add_instrument(trio.abc.Instrument())
    await trio.lowlevel.checkpoint()


def test_a_function_that_is_not_async_is_refused() -> None:
    """With what to do about it; nothing is explored."""
    failure = explore(cast("Any", not_async)).failure
    assert failure is not None
    assert "refused" == failure.kind
    assert "write `async def`" in failure.text


@pytest.mark.parametrize(
    ("scenario", "strategy", "said"),
    [
        (wants_more, None, "cannot be called without arguments"),
        (None, None, "a scenario is an async function"),
        (pair, "dfs:2", "strategy_of('dfs:2') makes one"),
        (pair, DelayBounded, "make one"),
    ],
)
def test_what_can_be_no_scenario_or_strategy_is_told_at_once(scenario: Any, strategy: Any, said: str) -> None:
    """A clear TypeError before anything runs, and no failing schedule."""
    with pytest.raises(TypeError, match=re.escape(said)):
        explore(scenario, strategy)


def test_an_instrument_that_stays_behind_ends_the_shared_run() -> None:
    """The next schedule has a run of its own, and does not see it."""
    runs: list[str | None] = []

    def campaign() -> Campaign[None]:
        for _ in range(2):
            run = yield Plan(chooser_of(()))
            runs.append(run.leftover)

    perform(campaign(), adds_an_instrument, "adds")
    assert ["an instrument", "an instrument"] == runs
