"""Every scope is cancelled after every step, and each such run is counted."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from turnfold.replay.explore import EveryCancellation, RandomWalk, Tape, decode, explore, replay


async def nested() -> object:
    """One task in three scopes, the scenario's own included."""
    log: list[str] = []
    with trio.CancelScope() as outer:
        with trio.CancelScope() as inner:
            await trio.lowlevel.checkpoint()
            log.append("work")
        log.append("inner" if inner.cancelled_caught else "done")
        await trio.lowlevel.checkpoint()
    log.append("outer" if outer.cancelled_caught else "done")
    return tuple(log)


def test_each_scope_is_cancelled_after_each_step() -> None:
    """Two waits, one in three scopes and one in two: five cancellations, and the run without."""
    strategy = EveryCancellation()
    exploration = explore(nested, strategy)
    assert exploration.complete
    assert (5, 6) == (strategy.points, exploration.runs)
    assert {
        "('work', 'done', 'done')": 1,
        "('inner', 'done')": 1,
        "('outer',)": 1,
        "('work', 'done', 'outer')": 1,
        "cancelled: by the exploration": 2,
    } == exploration.outcomes


def test_only_the_outermost_scopes_may_be_asked_for() -> None:
    """With one: the scenario is cancelled by its caller, after each step, and no scope of its own is."""
    exploration = explore(nested, EveryCancellation(outermost=1))
    assert {"('work', 'done', 'done')": 1, "cancelled: by the exploration": 2} == exploration.outcomes
    with pytest.raises(ValueError, match="at least the outermost scope"):
        EveryCancellation(outermost=0)


def test_only_the_steps_of_some_tasks_may_be_asked_for() -> None:
    """A library serves a caller: the caller can be cancelled, and what the library runs inside of itself cannot."""
    asked: list[str] = []

    def is_caller(name: str) -> bool:
        asked.append(name)
        return name == "caller"

    strategy = EveryCancellation(tasks=is_caller)
    exploration = explore(served, strategy)
    assert {"served", "server", "caller"} == set(asked)
    everything = EveryCancellation()
    cancelled = explore(served, everything)
    assert exploration.complete
    assert cancelled.failure is not None
    assert "the server is gone" in cancelled.failure.text
    assert exploration.failure is None, str(exploration)
    assert 0 < strategy.points < everything.points


async def served() -> None:
    """A caller gets an answer, is cancelled, or finds that nobody is there who would answer."""
    asking, answering = trio.open_memory_channel[trio.Event](1)

    async def server(cancels: trio.CancelScope) -> None:
        with cancels, answering:
            async for event in answering:
                await trio.lowlevel.checkpoint()
                event.set()

    async def caller() -> None:
        with trio.CancelScope(), asking:
            event = trio.Event()
            try:
                await asking.send(event)
            except trio.BrokenResourceError as error:
                raise RuntimeError("the server is gone") from error
            with trio.move_on_after(5) as patience:
                await event.wait()
            if patience.cancelled_caught and trio.current_time() >= 5:
                raise RuntimeError("the server is gone")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(server, trio.CancelScope())
        nursery.start_soon(caller)


def test_all_ways_to_fail_are_counted_if_the_exploration_goes_on() -> None:
    """The first failure is reported, as without; the outcomes show how often each came."""
    whole = explore(loses_a_lock, EveryCancellation(), go_on=True)
    first = explore(loses_a_lock, EveryCancellation())
    assert whole.complete
    assert whole.failure is not None
    assert first.failure is not None
    assert (first.failure.token, first.failure.found_after) == (
        whole.failure.token,
        whole.failure.found_after,
    )
    assert whole.runs > first.runs
    assert whole.runs == sum(whole.outcomes.values())


async def loses_a_lock() -> None:
    """A clean-up that is skipped if the cancellation comes while the lock is held."""
    held = False

    async def use() -> None:
        nonlocal held
        held = True
        await trio.sleep(1)
        held = False

    with trio.move_on_after(10):
        await use()
    assert not held, "still held"


async def keeps_a_lock() -> None:
    """The same with a clean-up that is always made."""
    held = False

    async def use() -> None:
        nonlocal held
        held = True
        try:
            await trio.sleep(1)
        finally:
            held = False

    with trio.move_on_after(10):
        await use()
    assert not held, "still held"


def test_a_missing_clean_up_is_found_and_replayed() -> None:
    """The token holds the cancellation too."""
    failure = explore(loses_a_lock, EveryCancellation()).failure
    assert failure is not None
    assert "AssertionError: still held" == failure.text.splitlines()[0]
    assert failure.tape.cancel is not None
    replayed = replay(loses_a_lock, failure.token)
    assert replayed.exact
    assert failure.text == replayed.run.text


def test_a_program_that_cleans_up_survives_every_cancellation() -> None:
    """All of them were run."""
    exploration = explore(keeps_a_lock, EveryCancellation())
    assert exploration.failure is None, str(exploration)
    assert exploration.complete


def test_the_schedule_of_a_tape_can_be_cancelled_everywhere() -> None:
    """Another schedule than the default has other places."""

    async def scenario() -> object:
        order: list[int] = []

        async def walk(number: int) -> None:
            for _ in range(2):
                await trio.lowlevel.checkpoint()
                order.append(number)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(walk, 0)
            nursery.start_soon(walk, 1)
        return tuple(order)

    default, other = (
        explore(scenario, EveryCancellation(tape)) for tape in (Tape(), Tape(deviations=((0, 1),)))
    )
    assert default.complete
    assert other.complete
    assert {"(0, 0, 1, 1)"} == {text for text in default.outcomes if text.count(",") == 3}
    assert {"(1, 1, 0, 0)"} == {text for text in other.outcomes if text.count(",") == 3}


def test_a_task_that_ignores_its_cancellation_is_endless_or_ends_by_itself() -> None:
    """A shielded wait goes on; the scenario is cancelled once it looks."""

    async def scenario() -> None:
        with trio.CancelScope(shield=True):
            await trio.sleep(1)
        await trio.lowlevel.checkpoint()

    exploration = explore(scenario, EveryCancellation())
    assert exploration.failure is None
    assert {"None", "cancelled: by the exploration"} == set(exploration.outcomes)


def test_a_cancellation_of_a_schedule_is_drawn_with_it() -> None:
    """Random schedules have none: nothing is cancelled unless it is asked for."""
    assert {"('work', 'done', 'done')": 20} == explore(nested, RandomWalk(), budget=20).outcomes


async def handed_over() -> object:
    """A giver hands its thing to a taker if that waits for it, and else keeps it."""
    things, takers = ["thing"], list[trio.Event]()

    async def taker() -> None:
        handed = trio.Event()
        with trio.CancelScope():
            takers.append(handed)
            try:
                await handed.wait()
            finally:
                takers.remove(handed)
            things.append("thing")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(taker)
        await trio.testing.wait_all_tasks_blocked()
        if takers:
            (taken,) = takers
            things.pop()
            await trio.lowlevel.checkpoint()  # packs it, and does not look again
            taken.set()
    return len(things)


def test_scopes_around_tasks_that_wait_are_cancelled_too() -> None:
    """A thing is lost if its taker is cancelled while the giver packs: no step of the taker's own lies there."""

    def is_there(value: object) -> None:
        assert value == 1, "a thing was lost"

    taker = explore(handed_over, EveryCancellation(waiting=False, tasks="taker".__eq__), check=is_there)
    assert taker.complete
    failure = explore(handed_over, EveryCancellation(tasks="taker".__eq__), check=is_there).failure
    assert failure is not None
    assert failure.tape.cancel is not None
    assert 1 == failure.tape.cancel.task
    assert failure.tape == decode(failure.token)
    assert not replay(handed_over, failure.token, check=is_there).run.misfits
    assert "around taker#1" in str(failure)
