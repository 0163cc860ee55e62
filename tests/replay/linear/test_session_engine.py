"""What the running engine tells its clients is linearizable, whatever the schedule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import cast

import attrs
import pytest
import trio

from tests.core.engine.running import OPTIONS, TOOLS, scene
from turnfold.core.engine import Session
from turnfold.core.engine.fakes import CallTool, Say
from turnfold.core.results import Interrupted, Started
from turnfold.replay.explore import Pct, RandomWalk, Strategy, explore
from turnfold.replay.linear import Call, Calls, check_session

SCRIPT = (
    (Say("let me see"), CallTool("risky", {"what": "it"})),
    (Say("done"),),
    (CallTool("nap", {"seconds": 1}),),
)

Party = Callable[[Calls, Session], Awaitable[None]]


async def chatter(calls: Calls, session: Session) -> None:
    """Start a turn, steer it, wait for its end."""
    result = await calls.of("chatter", "submit", partial(session.submit, "go"), text="go")
    await calls.of("chatter", "steer", partial(session.steer, "more"), text="more")
    if isinstance(result, Started):
        turn_id = result.turn_id
        await calls.of("chatter", "finished", partial(session.finished, turn_id), turn_id=turn_id)


async def stopper(calls: Calls, session: Session) -> None:
    """Interrupt twice."""
    await calls.of("stopper", "interrupt", session.interrupt)
    await calls.of("stopper", "interrupt", session.interrupt)


async def answerer(calls: Calls, session: Session) -> None:
    """Answer the same question twice, and abort at last."""
    for decision in ("approved", "approved", "abort"):
        asked = next(iter(session.state.approvals), "approval-1")
        work = partial(session.answer, asked, decision)
        await calls.of("answerer", "answer", work, approval_id=asked, decision=decision)


async def replacer(calls: Calls, session: Session) -> None:
    """Have a compaction in place of what runs, then a review."""
    await calls.of("replacer", "compact", session.compact)
    await calls.of("replacer", "review", partial(session.review, "look"), text="look")


async def mailer(calls: Calls, session: Session) -> None:
    """Send mail that starts a turn, then say something."""
    await calls.of(
        "mailer",
        "send_mail",
        partial(session.send_mail, "hi", trigger_turn=True),
        text="hi",
        trigger_turn=True,
    )
    await calls.of("mailer", "submit", partial(session.submit, "and"), text="and")


async def leaver(calls: Calls, session: Session) -> None:
    """Ask, and go away at once."""
    with trio.CancelScope() as scope:
        scope.cancel()
        await calls.of("leaver", "submit", partial(session.submit, "bye"), text="bye")


async def closer(calls: Calls, session: Session) -> None:
    """Look whether the session is idle enough to go back, then end it."""
    await calls.of("closer", "roll_back", partial(session.roll_back, 1), num_turns=1)
    await calls.of("closer", "shutdown", session.shutdown)


async def liar(calls: Calls, session: Session) -> None:
    """Interrupt; and be told, wrongly, that nobody had before."""

    async def interrupt() -> object:
        result = await session.interrupt()
        return attrs.evolve(result, already=False) if isinstance(result, Interrupted) else result

    await calls.of("liar", "interrupt", interrupt)


PARTIES: dict[str, tuple[Party, ...]] = {
    "steer, interrupt, answer": (chatter, stopper, answerer),
    "steer, replace, answer": (chatter, replacer, answerer),
    "mail, interrupt, replace": (mailer, stopper, replacer),
    "steer, interrupt, shut down": (chatter, stopper, closer),
    "mail, steer, go away": (mailer, chatter, leaver),
}


def racing(parties: tuple[Party, ...], while_aborting: str) -> Callable[[], Awaitable[tuple[Call, ...]]]:
    """A scenario: the parties ask one session at once; what they asked and were told comes out."""

    async def scenario() -> tuple[Call, ...]:
        calls = Calls()
        options = attrs.evolve(OPTIONS, while_aborting=while_aborting)
        async with scene(SCRIPT, options=options, tools=TOOLS) as stage, trio.open_nursery() as nursery:
            for party in parties:
                nursery.start_soon(party, calls, stage.session, name=party.__name__)
            with trio.move_on_after(10):
                await trio.sleep_forever()
            calls_open = any(call.ended is None and call.client != "leaver" for call in calls.calls)
            if calls_open:
                await calls.of("end", "shutdown", stage.session.shutdown)
        return calls.calls

    return scenario


def checked(calls: object, while_aborting: str) -> None:
    """Check what came out of a schedule."""
    story = check_session(cast("tuple[Call, ...]", calls), while_aborting=while_aborting)
    assert story is None, story


def survives(name: str, while_aborting: str, strategy: Strategy, budget: int) -> None:
    """Check that a race is linearizable in many schedules."""
    check = partial(checked, while_aborting=while_aborting)
    explored = explore(
        racing(PARTIES[name], while_aborting), strategy, budget=budget, check=check, name="race"
    )
    assert explored.failure is None, str(explored)


@pytest.mark.covers("F9", "F10", "F11", "F14")
@pytest.mark.findings("TF703", why="a client goes back in an empty session", always=False)
@pytest.mark.parametrize("while_aborting", ["refuse", "queue"])
@pytest.mark.parametrize("name", PARTIES)
def test_requests_of_a_session_are_linearizable(name: str, while_aborting: str) -> None:
    """In random schedules each client is told what it would be told if requests came one by one."""
    survives(name, while_aborting, RandomWalk(1), 8)


@pytest.mark.findings("TF703", why="a client goes back in an empty session", always=False)
@pytest.mark.deep
@pytest.mark.parametrize("name", PARTIES)
def test_requests_are_linearizable_under_random_priorities(name: str) -> None:
    """The same where some party is always held back."""
    survives(name, "refuse", Pct(3), 30)


@pytest.mark.covers("F1")
def test_a_client_that_is_told_something_wrong_is_found() -> None:
    """Of two that interrupt one turn, both told that they began the abort, a schedule shows that it cannot be."""
    scenario = racing((chatter, stopper, liar), "refuse")
    check = partial(checked, while_aborting="refuse")
    failure = explore(scenario, RandomWalk(11), budget=100, check=check, name="race", shrinks=5).failure
    assert failure is not None
    assert "not linearizable: no order explains more than" in failure.text
