"""Aborts from inside, and effects that do not end when they are told to."""

from __future__ import annotations

import threading

import pytest
import trio

from tests.core.engine.abort_order import aborted
from tests.core.engine.phases import PHASES, scene_in
from tests.core.engine.running import Scene, Script, nap, run, scene
from turnfold.core.engine.fakes import CallTool, Say, WaitAt
from turnfold.core.engine.owntools import tool
from turnfold.core.lifecycle import SessionPhase
from turnfold.events import (
    EffectAbandoned,
    HookClosed,
    HookStarted,
    LateResultDropped,
    ModelRequestStarted,
    ShutdownCompleted,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
)


@pytest.mark.covers("F3")
def test_a_stubborn_tool_is_abandoned_after_the_grace() -> None:
    """The turn ends after the grace to the millisecond; what the tool brings later is dropped, in the log."""

    async def main() -> None:
        async with scene([[CallTool("stubborn", {"seconds": 60})], [Say("done")]]) as stage:
            turn_id = await stage.begin()
            await trio.sleep(1)
            began = trio.current_time()
            await stage.session.interrupt()
            await stage.ended(turn_id)
            assert pytest.approx(0.1) == trio.current_time() - began
            abandoned = stage.of(EffectAbandoned)
            assert [("call:call-1", "call-1", turn_id, 100)] == [
                (each.effect_id, each.call_id, each.turn_id, each.grace_ms) for each in abandoned
            ]
            assert ["abandoned"] == [event.how for event in stage.of(ToolCallClosed)]
            assert isinstance(await stage.turn("again"), TurnCompleted)
            late = await stage.seen(LateResultDropped)
            assert ("call:call-1", "call-1") == (late.effect_id, late.call_id)
            assert [] == stage.of(ToolCallOutput)

    run(main)


@pytest.mark.covers("F3")
def test_a_shutdown_reports_what_it_had_to_abandon() -> None:
    """A tool that still runs when the session ends holds nobody up, and the last event names it."""

    async def main() -> None:
        async with scene([[CallTool("stubborn", {"seconds": 60})]]) as stage:
            await stage.begin()
            await trio.sleep(1)
            began = trio.current_time()
            await stage.session.shutdown()
            assert 1 > trio.current_time() - began
            assert [("call:call-1",)] == [event.abandoned for event in stage.of(ShutdownCompleted)]

    run(main)


@pytest.mark.covers("F2", "F3")
def test_a_hook_that_dies_with_its_turn_is_closed() -> None:
    """Every run that was started has an end in the log (hazard 7)."""

    async def main() -> None:
        hooked = [phase for phase in PHASES if phase.hook is not None]
        for phase in hooked:
            async with scene_in(phase) as (stage, turn_id):
                await stage.session.interrupt()
                await stage.ended(turn_id)
                closed = [event.run_id for event in stage.of(HookClosed)]
                assert [event.run_id for event in stage.of(HookStarted)][-1:] == closed

    run(main)


@pytest.mark.covers("F5")
def test_a_subscriber_may_interrupt_from_its_own_loop() -> None:
    """An interrupt out of the loop over the events does not deadlock, and whoever reads the end finds it idle."""

    async def main() -> None:
        async with scene([[WaitAt("never")]]) as stage:
            events = stage.session.events()
            await stage.session.submit("go")
            phases: list[SessionPhase] = []
            async for news in events:
                event = getattr(news, "event", None)
                if isinstance(event, ModelRequestStarted):
                    await stage.session.interrupt()
                if isinstance(event, TurnAborted):
                    phases.append(stage.session.state.session)
                    break
            assert [SessionPhase.IDLE] == phases

    run(main)


@pytest.mark.covers("F2", "F7")
def test_a_tool_may_interrupt_its_own_turn() -> None:
    """An abort that is asked for inside the task that it ends is carried out by the actor (hazard 6)."""

    async def main() -> None:
        stages: list[Scene] = []

        @tool(name="quit", asks=False)
        async def quit_() -> str:
            "End the turn."
            await stages[0].session.interrupt()
            await trio.sleep(5)
            return "never"

        async with scene([[CallTool("quit")], [Say("no")]], tools=[quit_, nap]) as stage:
            stages.append(stage)
            terminal = await stage.turn()
            assert isinstance(terminal, TurnAborted)
            aborted(stage.log, terminal.turn_id or "", "interrupted", "client")
            assert 1 == len(stage.model.requests)

    run(main)


@pytest.mark.covers("F3")
def test_a_tool_that_is_stuck_in_a_thread_is_abandoned() -> None:
    """Real time and a real thread: the turn ends after the grace, the session too."""
    release = threading.Event()

    @tool(asks=False)
    async def stuck() -> str:
        "Wait in a thread."
        await trio.to_thread.run_sync(release.wait)
        return "at last"

    async def main() -> None:
        with trio.fail_after(30):
            async with scene([[CallTool("stuck")]], tools=[stuck]) as stage:
                turn_id = await stage.begin()
                await stage.seen(ToolCallRequested)
                await stage.settle()
                await stage.session.interrupt()
                await stage.ended(turn_id)
                assert 1 == len(stage.of(EffectAbandoned))
                release.set()
                await stage.seen(LateResultDropped)

    try:
        trio.run(main)
    finally:
        release.set()


@pytest.mark.covers("F3")
@pytest.mark.findings("TF203", why="the model uses a call id again")
def test_a_call_id_that_comes_again_is_not_mixed_up_with_an_abandoned_one() -> None:
    """The first call of the id still runs when the second one begins and ends; both come to their ends."""

    async def main() -> None:
        script: Script = [
            [CallTool("stubborn", {"seconds": 60}, call_id="same")],
            [CallTool("nap", {"seconds": 5}, call_id="same")],
            [Say("done")],
        ]
        async with scene(script) as stage:
            turn_id = await stage.begin()
            await trio.sleep(1)
            await stage.session.interrupt()
            await stage.ended(turn_id)
            assert isinstance(await stage.turn("again"), TurnCompleted)
            await stage.seen(LateResultDropped)
            assert ["slept 5 s"] == [event.output for event in stage.of(ToolCallOutput)]
            assert isinstance(await stage.turn("once more"), TurnCompleted)

    run(main)
