"""What is to end the whole program, a caller that leaves early, and an end that is on its way to the journal."""

from __future__ import annotations

import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio

from tests.core.engine.running import TOOLS, Script, of, run
from turnfold.core.engine import Parts, open_session
from turnfold.core.engine.fakes import CallTool, CountedIds, MemoryJournal, Say, ScriptedModel, TrioClock
from turnfold.core.engine.owntools import tool
from turnfold.core.engine.plugs import Fitted, Interior
from turnfold.core.results import Refused, Started
from turnfold.events import ShutdownCompleted, TurnAborted, TurnCompleted
from turnfold.replay.live import LiveVerification


@tool(name="leave", asks=False)
async def leave() -> str:
    """Call for the end of the program."""
    await trio.lowlevel.checkpoint()
    sys.exit(3)


@tool(name="leave_deep", asks=False)
async def leave_deep() -> str:
    """Call for it from a nursery, in which another task is cancelled for it."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep_forever)
        await trio.lowlevel.checkpoint()
        raise KeyboardInterrupt


@tool(name="ring", asks=False)
async def ring() -> str:
    """Get a Ctrl-C while it computes."""
    await trio.lowlevel.checkpoint()
    signal.raise_signal(signal.SIGINT)
    return "never"


def leaves(error: BaseException) -> list[BaseException]:
    """The exceptions of which *error* is made."""
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    return [leaf for each in inner for leaf in leaves(each)] if inner else [error]


class SlowJournal(MemoryJournal):
    """A disk that needs a second for every write."""

    async def commit(self) -> None:
        """Write, late."""
        await trio.sleep(1)
        await super().commit()


@pytest.mark.covers("F7", "F14")
@pytest.mark.parametrize(
    ("name", "kind"), [("leave", SystemExit), ("leave_deep", KeyboardInterrupt), ("ring", KeyboardInterrupt)]
)
def test_what_ends_the_program_ends_the_session_in_order(name: str, kind: type[BaseException]) -> None:
    """It comes out of the session and not out of trio's own machinery; the turn has its one end in the log."""
    journal = MemoryJournal()

    async def main() -> None:
        script: Script = [[CallTool(name)], [Say("never")]]
        parts = Parts(tools=[leave, leave_deep, ring], journal=journal, clock=TrioClock(), ids=CountedIds())
        async with open_session(ScriptedModel(script), parts=parts) as session:
            started = await session.submit("go")
            assert isinstance(started, Started)
            await session.finished(started.turn_id)
            await trio.sleep_forever()

    with pytest.raises(BaseException) as raised:  # noqa: PT011  a group or not, its kind is checked below
        run(main)
    assert kind in {type(leaf) for leaf in leaves(raised.value)}
    log = [envelope.event for envelope in journal.appended]
    assert 1 == len(of(log, TurnAborted))
    assert [] == of(log, TurnCompleted)
    assert isinstance(log[-1], ShutdownCompleted)
    assert journal.closed


@asynccontextmanager
async def never_there(_interior: Interior) -> AsyncGenerator[Fitted]:
    """A plug that never comes to be plugged in."""
    await trio.sleep_forever()
    yield Fitted()


@pytest.mark.findings("TF016", why="the session never began")
def test_a_caller_can_give_up_an_opening() -> None:
    """A part that hangs while it is plugged in is cancelled with the caller; nothing was begun."""
    journal = MemoryJournal()

    async def main() -> None:
        began = trio.current_time()
        parts = Parts(plugs=[never_there], journal=journal, clock=TrioClock(), ids=CountedIds())
        with trio.move_on_after(5) as scope:
            async with open_session(ScriptedModel([]), parts=parts):
                raise AssertionError("it cannot be open")
        assert scope.cancelled_caught
        assert pytest.approx(5) == trio.current_time() - began

    run(main)
    assert ([], True) == (journal.appended, journal.closed)


@pytest.mark.covers("F5")
@pytest.mark.parametrize("after_s", [each / 2 for each in range(0, 40, 3)])
def test_the_end_of_a_turn_is_not_missed_on_its_way_to_the_journal(after_s: float) -> None:
    """Whoever waits for a turn gets its end, also who asks between the decision and the end of the write."""

    async def main() -> None:
        parts = Parts(tools=TOOLS, journal=SlowJournal(), clock=TrioClock(), ids=CountedIds())
        async with open_session(ScriptedModel([[Say("done")]]), parts=parts) as session:
            started = await session.submit("go")
            assert isinstance(started, Started)
            await trio.sleep(after_s)
            assert isinstance(await session.finished(started.turn_id), TurnCompleted)

    run(main)


def test_input_that_is_given_again_after_a_refusal_is_no_suspicion() -> None:
    """A client does what the refusal is for: the same words once more, when the turn has ended."""
    journal = MemoryJournal()
    watch = LiveVerification(on_finding="report")

    async def main() -> None:
        script: Script = [[CallTool("nap", {"seconds": 9})], [Say("done")]]
        parts = Parts(tools=TOOLS, journal=journal, clock=TrioClock(), ids=CountedIds())
        async with open_session(ScriptedModel(script), parts=parts, verify=watch) as session:
            started = await session.submit("again")
            assert isinstance(started, Started)
            await trio.sleep(1)
            await session.interrupt()
            assert isinstance(await session.submit("again"), Refused)
            await session.finished(started.turn_id)
            assert isinstance(await session.submit("again"), Started)

    run(main)
    assert () == watch.findings
