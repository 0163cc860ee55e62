"""A tape gives the same run again, each time, for any program."""

from __future__ import annotations

import gc

import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replay.explore.toys import Toy, scenario_of, toys
from turnfold.replay.explore import (
    Campaign,
    Limits,
    RandomWalk,
    Run,
    Scenario,
    Strategy,
    Tape,
    decode,
    encode,
    explore,
    first_difference,
    perform,
    replay,
    tape_of,
)


async def three_sleeps() -> object:
    """Three tasks whose deadlines are equal."""
    log: list[int] = []

    async def sleep(number: int) -> None:
        await trio.sleep(1)
        log.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(3):
            nursery.start_soon(sleep, number)
    return tuple(log)


async def two_scopes() -> object:
    """Two scopes with equal deadlines, one of them around three tasks."""
    log: list[object] = []

    async def limited() -> None:
        with trio.move_on_after(1):
            await trio.sleep_forever()
        log.append("limited")

    async def child(number: int) -> None:
        try:
            await trio.sleep_forever()
        finally:
            log.append(number)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(limited)
        with trio.move_on_after(1):
            async with trio.open_nursery() as inner:
                for number in range(3):
                    inner.start_soon(child, number)
    return tuple(log)


async def channel_wakeups() -> object:
    """Senders and receivers that wait for each other, and an event that wakes three at once."""
    log: list[object] = []
    event = trio.Event()
    sender, receiver = trio.open_memory_channel[int](0)

    async def receive(number: int) -> None:
        await event.wait()
        log.append((number, await receiver.receive()))

    async with trio.open_nursery() as nursery:
        for number in range(3):
            nursery.start_soon(receive, number)
            nursery.start_soon(sender.send, number)
        await trio.testing.wait_all_tasks_blocked()
        event.set()
    return tuple(log)


SCENARIOS: list[Scenario] = [three_sleeps, two_scopes, channel_wakeups]


def runs_of(strategy: Strategy, count: int) -> Campaign[list[Run]]:
    """Run so many schedules and keep the runs."""
    runs: list[Run] = []
    for _ in range(count):
        plan = strategy.begin()
        assert plan is not None
        run = yield plan
        strategy.ended(run)
        runs.append(run)
    return runs


def replays_of(tapes: list[Tape]) -> Campaign[list[Run]]:
    """Run each tape."""
    runs: list[Run] = []
    for tape in tapes:
        runs.append((yield tape.plan()))  # noqa: PERF401  a comprehension cannot yield
    return runs


@pytest.mark.parametrize("reuse", [1, 500], ids=["a run of its own", "a shared run"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_thousand_random_schedules_replay_exactly(scenario: Scenario, reuse: int) -> None:
    """1,000 of 1,000: same steps, same tasks, same outcome. Deadlines are equal and wake-ups come together."""
    limits = Limits(reuse=reuse)
    first = perform(runs_of(RandomWalk(), 1_000), scenario, "it", limits)
    tapes = [decode(encode(tape_of(run, limits.patience), "it")) for run in first]
    ballast = [object() for _ in range(997)]  # other addresses than in the first runs
    second = perform(replays_of(tapes), scenario, "it", limits)
    del ballast
    assert [] == [str(difference) for difference in map(first_difference, first, second) if difference]
    assert 0 == sum(run.misfits for run in second)
    assert len({run.text for run in first}) > 3


def test_one_token_replays_a_thousand_times() -> None:
    """The same token gives the identical run, 1,000 times out of 1,000."""
    run = perform(runs_of(RandomWalk(7), 1), two_scopes, "it", Limits())[0]
    again = perform(replays_of([tape_of(run, 200)] * 1_000), two_scopes, "it", Limits())
    assert {(tuple(run.order), run.text)} == {(tuple(other.order), other.text) for other in again}


@settings(max_examples=60, deadline=None)
@given(toy=toys(), seed=st.integers(0, 2**16))
def test_any_program_replays_in_a_run_of_its_own_as_in_a_shared_one(toy: Toy, seed: int) -> None:
    """A schedule is the same whether its trio run was used before or not: nothing leaks from one to the next."""
    scenario = scenario_of(toy)
    shared = perform(runs_of(RandomWalk(seed), 8), scenario, "toy", Limits())
    tapes = [tape_of(run, 200) for run in reversed(shared)]
    alone = perform(replays_of(tapes), scenario, "toy", Limits(reuse=1))
    assert [] == [text for text in map(first_difference, reversed(shared), alone) if text is not None]
    assert shared[0].value == alone[-1].value


@settings(max_examples=30, deadline=None)
@given(toy=toys(), seed=st.integers(0, 2**16))
def test_no_program_of_trio_alone_is_called_unstable(toy: Toy, seed: int) -> None:
    """Running each schedule twice finds no difference; what fails, fails for its own reasons."""
    exploration = explore(scenario_of(toy), RandomWalk(seed), budget=10, recheck=1, shrinks=50)
    assert exploration.failure is None or exploration.failure.kind == "deadlock", str(exploration)


def test_time_stands_still_while_a_task_can_run() -> None:
    """Time passes from deadline to deadline, and starts at 0 in each schedule."""

    async def scenario() -> object:
        times = [trio.current_time()]
        for _ in range(3):
            await trio.lowlevel.checkpoint()
            times.append(trio.current_time())
            await trio.sleep(10)
        return (*times, trio.current_time())

    runs = perform(runs_of(RandomWalk(), 3), scenario, "it")
    assert [(0.0, 0.0, 10.0, 20.0, 30.0)] * 3 == [run.value for run in runs]


def test_a_replay_says_whether_it_went_as_recorded() -> None:
    """After a change of the program a token may still run, but not as the run that was recorded."""
    token = encode(tape_of(perform(runs_of(RandomWalk(), 1), three_sleeps, "it")[0], 200), "it")
    assert replay(three_sleeps, token, name="it").exact
    assert not replay(two_scopes, token, name="it").exact


def test_garbage_collection_is_as_it_was() -> None:
    """Schedules run without collections in between, and the collector is on again afterwards."""

    async def scenario() -> object:
        return gc.isenabled()

    assert gc.isenabled()
    assert {"False": 3} == explore(scenario, RandomWalk(), budget=3).outcomes
    assert gc.isenabled()
