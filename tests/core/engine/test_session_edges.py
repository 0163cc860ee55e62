"""What happens at the edges: in the last moment of a turn, while a session opens, when a caller stops waiting."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs
import pytest
import trio
import trio.testing

from tests.core.engine.hooks.scene import config, handler
from tests.core.engine.phases import PHASES, SlowJournal, scene_in
from tests.core.engine.running import OPTIONS, Scene, hooks_of, nap, order, run, scene
from turnfold.core.commands import Conclude, Interrupt, ScopesGone, Unwound
from turnfold.core.engine import Parts, SessionOptions, open_session
from turnfold.core.engine.fakes import CallTool, FakeProcesses, Say, ScriptedModel, WaitAt, hanging, printing
from turnfold.core.engine.owntools import tool
from turnfold.core.engine.ports import Attempt, TurnOver
from turnfold.core.hooks import HookEvent
from turnfold.core.lifecycle import SessionPhase
from turnfold.core.results import Refused, Started
from turnfold.events import (
    AbortBegan,
    AbortMarkerRecorded,
    HookClosed,
    ShutdownBegan,
    ShutdownCompleted,
    ToolCallOutput,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
    TurnReserved,
    TurnStarted,
    UserInputRecorded,
    WaitersDropped,
    WarningRaised,
)


@pytest.mark.covers("F7", "F13")
def test_an_interrupt_while_the_last_input_is_taken_is_the_only_end() -> None:
    """The model is done, a hook looks at input that came late, and the turn is interrupted: one terminal (U1, U2)."""

    async def main() -> None:
        programs = iter([printing(""), hanging()])
        hooks = hooks_of(
            config(HookEvent.USER_PROMPT_SUBMIT, handler("hook")),
            FakeProcesses(lambda _command: next(programs)),
        )
        async with scene([[Say("so"), WaitAt("end")]], hooks=hooks) as stage:
            turn_id = await stage.begin()
            await stage.model.gate("end").reached.wait()
            await stage.session.steer("also")
            stage.model.gate("end").open()
            await trio.sleep(1)
            await stage.session.interrupt()
            assert isinstance(await stage.ended(turn_id), TurnAborted)
            assert [] == stage.of(TurnCompleted)
            assert 1 == len(stage.of(HookClosed))
            assert [("input-2",)] == [event.inputs for event in stage.of(WaitersDropped)]

    run(main)


@pytest.mark.covers("F11", "F4")
@pytest.mark.parametrize("reason", ["budget_limited", "review_ended"])
def test_a_turn_that_the_engine_ends_leaves_no_marker_and_starts_nothing(reason: str) -> None:
    """Mail that triggers waits for the next turn, for nobody asked for one."""

    async def main() -> None:
        async with scene_in(PHASES[1]) as (stage, turn_id):
            await stage.session.send_mail("hurry", trigger_turn=True)
            kernel = stage.session._kernel  # pyright: ignore[reportPrivateUsage]
            await kernel.ask(Interrupt(by="budget", reason=reason))
            terminal = await stage.ended(turn_id)
            assert (TurnAborted, reason) == (type(terminal), getattr(terminal, "reason", None))
            await trio.sleep(100)
            assert [] == stage.of(AbortMarkerRecorded)
            assert 1 == len(stage.of(TurnReserved))

    run(main)


@pytest.mark.covers("F5", "F7")
def test_the_clean_up_of_another_turn_changes_nothing() -> None:
    """Words of an abort that is long over are refused: the turn's identity counts, not a flag (hazard 8)."""

    async def main() -> None:
        async with scene_in(PHASES[1]) as (stage, _):
            kernel = stage.session._kernel  # pyright: ignore[reportPrivateUsage]
            await stage.session.interrupt()
            late = (
                ScopesGone(turn_id="turn-0", scopes=1),
                Unwound(turn_id="turn-0", grace_ms=1),
                Conclude(turn_id="turn-0"),
            )
            for command in late:
                assert isinstance(await kernel.ask(command), Refused)
            await stage.seen(TurnAborted)
            assert ["turn-1"] == [event.turn_id for event in stage.of(TurnAborted)]

    run(main)


@pytest.mark.covers("F17", "F15")
def test_a_turn_has_one_task() -> None:
    """Ours holds one task per turn: whatever is asked for at once, turns follow each other, each with its one end."""

    async def main() -> None:
        async with scene([[Say("a")]] * 9) as stage:
            async with trio.open_nursery() as nursery:
                for _ in range(3):
                    nursery.start_soon(stage.session.compact)
                    nursery.start_soon(stage.session.review, "my change")
                    nursery.start_soon(stage.session.submit, "go")
            while stage.session.state.turn is not None:
                await stage.session.finished(stage.session.state.turn.turn_id)
            names = order(stage.log, TurnStarted, TurnAborted, TurnCompleted)
            assert ["TurnStarted"] * (len(names) // 2) == names[::2]
            assert {"TurnAborted", "TurnCompleted"} >= set(names[1::2])

    run(main)


@pytest.mark.covers("F14")
def test_the_later_of_two_replacements_takes_the_turn() -> None:
    """Both wait for the abort of the turn they replace; neither is left waiting, and one turn follows."""

    async def main() -> None:
        journal = SlowJournal()
        async with scene_in(PHASES[1], (Say("summary"),), journal=journal) as (stage, turn_id):
            session = stage.session
            first, second = await journal.at_once(partial(session.review, "my change"), session.compact)
            assert isinstance(first, Started)
            assert isinstance(second, Started)
            assert isinstance(await stage.ended(second.turn_id), TurnCompleted)
            assert [turn_id, second.turn_id] == [event.turn_id for event in stage.of(TurnStarted)]
            assert [first.turn_id] == [event.turn_id for event in stage.of(TurnCleared)]

    run(main)


@pytest.mark.covers("F6", "F3")
def test_an_abandoned_tool_has_nothing_to_say_any_more() -> None:
    """What it tries to record after the abort is refused, and its result is dropped."""
    refusals: list[str] = []

    @tool(name="defiant", asks=False)
    async def defiant(given: Attempt) -> str:
        """Go on, whatever happens."""
        with trio.CancelScope(shield=True):
            await trio.sleep(10)
            for _ in range(2):
                try:
                    await given.desk.record(
                        WarningRaised(message="I am still here"), UserInputRecorded(message="x")
                    )
                except TurnOver as over:
                    refusals.append(str(over))
                await trio.sleep(100)
        return "at last"

    async def main() -> None:
        async with scene(
            [[CallTool("defiant")], [CallTool("nap", {"seconds": 500})]], tools=[defiant, nap]
        ) as stage:
            turn_id = await stage.begin()
            await trio.sleep(1)
            await stage.session.interrupt()
            await stage.ended(turn_id)
            again = await stage.begin("again")
            await stage.ended(again)
            assert ["the turn is over", "the turn is over"] == refusals
            assert [] == stage.of(WarningRaised)
            assert ["call-2"] == [event.call_id for event in stage.of(ToolCallOutput)]

    run(main)


@pytest.mark.covers("F14")
def test_two_shutdowns_are_one() -> None:
    """Both return, and the session ends once."""

    async def main() -> None:
        async with scene_in(PHASES[1]) as (stage, _):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(stage.session.shutdown)
                nursery.start_soon(stage.session.shutdown)
            assert (1, 1) == (len(stage.of(ShutdownBegan)), len(stage.of(ShutdownCompleted)))

    run(main)


def test_a_shutdown_ends_whoever_waits() -> None:
    """A command that waits for the slot, and a wait for the end of a turn, both return."""

    async def main() -> None:
        journal = SlowJournal()
        async with scene_in(PHASES[7], journal=journal) as (stage, turn_id):
            session = stage.session
            async with trio.open_nursery() as nursery:
                ends: list[object] = []

                async def wait() -> None:
                    ends.append(await session.finished(turn_id))

                nursery.start_soon(wait)
                _, parked, _ = await journal.at_once(session.interrupt, session.compact, session.shutdown)
            assert isinstance(parked, Refused)
            assert "shutting_down" == parked.reason
            assert isinstance(ends[0], TurnAborted)

    run(main)


def test_what_was_decided_stays_when_the_caller_stops_waiting() -> None:
    """A submission whose caller was cancelled while the disk wrote still is a turn."""

    async def main() -> None:
        journal = SlowJournal()
        async with scene([[Say("done")]], journal=journal) as stage:
            journal.gate = trio.Event()
            with trio.move_on_after(1) as scope:
                await stage.session.submit("go")
            assert scope.cancelled_caught
            journal.gate.set()
            await stage.seen(TurnCompleted)

    run(main)


def test_a_caller_that_is_cancelled_while_the_session_opens_leaves_a_whole_log() -> None:
    """The session opens to its end, and is shut down at once."""

    async def main() -> None:
        journal = SlowJournal()
        journal.gate = trio.Event()
        parts = Parts(journal=journal)

        async def use() -> None:
            async with open_session(ScriptedModel(), OPTIONS, parts):
                raise AssertionError("it was cancelled before")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(use)
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
            journal.gate.set()
        assert journal.closed
        assert isinstance(journal.appended[-1].event, ShutdownCompleted)

    run(main)


def test_a_session_without_parts_works() -> None:
    """No journal, no tools, the real clock and random ids: the least that an embedder writes."""

    async def main() -> None:
        async with open_session(ScriptedModel([[Say("hello")]])) as session:
            started = await session.submit("hi")
            end = await session.finished(getattr(started, "turn_id", ""))
            assert "hello" == getattr(end, "last_agent_message", None)
            assert SessionPhase.IDLE is session.state.session
            assert session.session_id == session.state.session_id

    run(main)


def test_a_session_takes_the_id_and_the_settings_it_is_given() -> None:
    """They are in its identity and its configuration."""

    async def main() -> None:
        options = SessionOptions(session_id="my-session", cwd="/here", approval_policy="never", grace_ms=7)
        async with scene(options=options) as stage:
            assert "my-session" == stage.session.session_id
            state = stage.session.state
            assert ("/here", "never", 7) == (
                state.settings.cwd,
                state.settings.approval_policy,
                state.behaviour.grace_ms,
            )

    run(main)


@pytest.mark.parametrize(
    "wrong",
    [
        {"approval_policy": "sometimes"},
        {"sandbox_mode": "padded"},
        {"while_aborting": "shrug"},
        {"grace_ms": -1},
        {"profile": "mine"},
        {"approvals_reviewer": "nobody"},
    ],
    ids=str,
)
def test_settings_that_nobody_knows_are_refused(wrong: dict[str, Any]) -> None:
    """Before anything is opened."""
    with pytest.raises(ValueError, match=r"\w"):
        attrs.evolve(OPTIONS, **wrong)


def test_many_inputs_at_once_are_all_taken() -> None:
    """More commands than one batch holds: each is answered, each input recorded once, in the order of acceptance."""

    async def main() -> None:
        async with scene([[Say("a"), WaitAt("end")], *([[Say("b")]] * 3)]) as stage:
            turn_id = await stage.begin("0")
            async with trio.open_nursery() as nursery:
                for number in range(1, 300):
                    nursery.start_soon(stage.session.steer, str(number))
            stage.model.gate("end").open()
            await stage.ended(turn_id)
            recorded = [event.input_id for event in stage.of(UserInputRecorded)]
            assert 300 == len(recorded) == len(set(recorded))

    run(main)


@pytest.mark.covers("F1", "F7")
def test_interrupts_by_everybody_at_once_are_one_abort() -> None:
    """Clients, a subscriber and a person who answers `abort`: one beginning, one terminal."""

    async def main() -> None:
        async with scene_in(PHASES[4]) as (stage, turn_id):

            async def watch() -> None:
                async for news in stage.session.events():
                    if isinstance(getattr(news, "event", None), AbortBegan):
                        await stage.session.interrupt()

            async with trio.open_nursery() as nursery:
                nursery.start_soon(watch)
                for _ in range(5):
                    nursery.start_soon(stage.session.interrupt, turn_id)
                nursery.start_soon(stage.session.answer, "approval-1", "abort")
                await stage.ended(turn_id)
                nursery.cancel_scope.cancel()
            assert (1, 1) == (len(stage.of(AbortBegan)), len(stage.of(TurnAborted)))

    run(main)


def test_a_scene_notices_what_comes_before_it_is_journalled() -> None:
    """The harness can fail: an event that a subscriber is given too early is noted."""

    async def main() -> None:
        left: list[Scene] = []
        async with scene() as stage:
            left.append(stage)
            stage.journal.written = -1000
            stage.session._kernel.feed.publish(stage.journal.appended[0])  # pyright: ignore[reportPrivateUsage]
            await stage.settle()
        assert stage.journal.appended[:1] == left[0].early

    run(main)
