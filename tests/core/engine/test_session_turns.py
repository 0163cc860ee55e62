"""A turn from its submission to its end, as clients and the log see it, also where the model or a tool misbehaves."""

from __future__ import annotations

import pytest
import trio

from tests.core.engine.running import broken, nap, outputs, run, scene
from turnfold.core.engine.fakes import CallTool, Pause, Say, Step
from turnfold.core.engine.owntools import tool
from turnfold.core.engine.ports import ToolFatal, ToolInterrupted
from turnfold.core.reduce import fold
from turnfold.events import (
    Envelope,
    ErrorRaised,
    ToolCallClosed,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
)


@tool(name="deadly", asks=False)
async def deadly() -> str:
    """End the turn with an error."""
    await trio.sleep(1)
    raise ToolFatal("the disk is gone")


@tool(name="leave", asks=False)
async def leave() -> str:
    """Claim that the turn was interrupted."""
    await trio.lowlevel.checkpoint()
    raise ToolInterrupted("tool interrupted")


@pytest.mark.covers("G1", "G3")
def test_events_come_in_order_and_not_before_they_are_journalled() -> None:
    """A subscriber gets what the log has, in its order, when the log has it; the state is the fold of the log."""

    async def main() -> None:
        async with scene([[CallTool("nap", {"seconds": 1})], [Say("done")]]) as stage:
            await stage.turn()
            assert stage.session.state == fold(stage.journal.appended)
        assert [] == stage.early
        assert stage.journal.appended[-len(stage.delivered) :] == stage.delivered
        assert list(range(len(stage.log))) == [envelope.seq for envelope in stage.journal.appended]

    run(main)


@pytest.mark.covers("C6")
def test_outputs_are_recorded_in_the_order_of_the_calls() -> None:
    """Tools that may run beside each other do, and the one that ends first is recorded second."""

    async def main() -> None:
        calls = [
            CallTool("rest", {"seconds": 3}),
            CallTool("rest", {"seconds": 1}),
            CallTool("nap", {"seconds": 1}),
        ]
        async with scene([calls, [Say("done")]]) as stage:
            began = trio.current_time()
            await stage.turn()
            # The last one may not run beside others and waits for both.
            assert pytest.approx(4) == trio.current_time() - began
            assert [
                ("call-1", "rested 3 s", True),
                ("call-2", "rested 1 s", True),
                ("call-3", "slept 1 s", True),
            ] == outputs(stage)
            assert 2 == len(stage.model.requests)

    run(main)


@pytest.mark.covers("C6", "C3")
def test_an_interrupted_call_ends_the_drain() -> None:
    """Outputs before it stay; it and its later siblings have none and are closed instead (hazard 5)."""

    async def main() -> None:
        calls = [
            CallTool("rest", {"seconds": 1}),
            CallTool("rest", {"seconds": 50}),
            CallTool("rest", {"seconds": 2}),
        ]
        async with scene([calls]) as stage:
            turn_id = await stage.begin()
            await trio.sleep(10)
            await stage.session.interrupt()
            await stage.ended(turn_id)
            assert [("call-1", "rested 1 s", True)] == outputs(stage)
            assert [("call-2", "interrupted"), ("call-3", "interrupted")] == [
                (event.call_id, event.how) for event in stage.of(ToolCallClosed)
            ]

    run(main)


@pytest.mark.covers("C4")
@pytest.mark.parametrize(
    ("decision", "told"),
    [("approved", ("call-1", "did it", True)), ("denied", ("call-1", "rejected by user", False))],
)
def test_a_person_decides_about_a_call(decision: str, told: tuple[str, str, bool]) -> None:
    """Approved it runs; denied the model is told so; the turn goes on either way."""

    async def main() -> None:
        async with scene([[CallTool("risky", {"what": "it"})], [Say("done")]]) as stage:
            turn_id = await stage.begin()
            await trio.sleep(1)
            await stage.session.answer("approval-1", decision)
            assert isinstance(await stage.ended(turn_id), TurnCompleted)
            assert [told] == outputs(stage)
            assert 2 == len(stage.model.requests)

    run(main)


@pytest.mark.covers("C4", "F1")
def test_an_answer_may_abort_the_turn() -> None:
    """`abort` interrupts the turn and resolves no question."""

    async def main() -> None:
        async with scene([[CallTool("risky", {"what": "it"})], [Say("no")]]) as stage:
            turn_id = await stage.begin()
            await trio.sleep(1)
            await stage.session.answer("approval-1", "abort")
            assert isinstance(await stage.ended(turn_id), TurnAborted)
            assert [] == outputs(stage)
            assert 1 == len(stage.model.requests)

    run(main)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (CallTool("nobody"), "unsupported call: nobody"),
        (CallTool("broken"), "LookupError: no such thing"),
        (CallTool("nap", "{no json"), "arguments"),
        (CallTool("nap", {"seconds": "long"}), "seconds"),
        (CallTool("nap", {}), "seconds"),
        (CallTool("nap", "[]"), "arguments"),
        (CallTool("nap", "x", call_type="custom_tool_call"), "arguments"),
    ],
    ids=lambda value: value.name if isinstance(value, CallTool) else None,
)
def test_a_call_that_cannot_be_made_is_told_to_the_model(call: CallTool, told: str) -> None:
    """An unknown tool, one that raises, malformed arguments: an output without success, and the turn goes on."""

    async def main() -> None:
        async with scene([[call], [Say("sorry")]], tools=[nap, broken]) as stage:
            assert isinstance(await stage.turn(), TurnCompleted)
            ((call_id, output, success),) = outputs(stage)
            assert ("call-1", False) == (call_id, success)
            assert told in str(output)
            assert 2 == len(stage.model.requests)

    run(main)


def test_a_fatal_tool_ends_the_turn_with_an_error() -> None:
    """Calls before it have their outputs, it and those after it are closed, and the terminal event says why."""

    async def main() -> None:
        calls: list[Step] = [
            CallTool("nap", {"seconds": 1}),
            CallTool("deadly"),
            CallTool("nap", {"seconds": 9}),
        ]
        async with scene([calls, [Say("no")]], tools=[nap, deadly]) as stage:
            terminal = await stage.turn()
            assert isinstance(terminal, TurnCompleted)
            assert {"message": "the disk is gone", "code": "fatal"} == terminal.error
            assert ["call-1"] == [call_id for call_id, _, _ in outputs(stage)]
            assert [("call-2", "rejected"), ("call-3", "abandoned")] == [
                (event.call_id, event.how) for event in stage.of(ToolCallClosed)
            ]
            assert ["the disk is gone"] == [event.message for event in stage.of(ErrorRaised)]
            assert 1 == len(stage.model.requests)

    run(main)


def test_a_tool_cannot_leave_its_turn_open() -> None:
    """A tool of the embedder that says it was interrupted, and was not, still leaves a turn that ends."""

    async def main() -> None:
        async with scene([[CallTool("leave"), CallTool("nap", {"seconds": 1})]], tools=[nap, leave]) as stage:
            turn_id = await stage.begin()
            await trio.sleep(100)
            assert None is stage.session.state.turn, stage.session.state.turn
            assert [turn_id] == [
                event.turn_id for event in stage.log if isinstance(event, TurnCompleted | TurnAborted)
            ]

    run(main)


def test_an_end_can_be_waited_for_before_and_after_it_came() -> None:
    """`finished` returns the terminal event, also when asked late, and None for a turn that never was."""

    async def main() -> None:
        async with scene([[Pause(1), Say("done")]]) as stage:
            turn_id = await stage.begin()
            early = await stage.session.finished(turn_id)
            late = await stage.session.finished(turn_id)
            assert isinstance(early, TurnCompleted)
            assert early == late
            assert None is await stage.session.finished("turn-7")

    run(main)


@pytest.mark.covers("F7")
def test_two_sessions_in_one_run_know_nothing_of_each_other() -> None:
    """Each has its turns, its log and its end; an interrupt ends one of them."""

    async def main() -> None:
        async with (
            scene([[CallTool("nap", {"seconds": 50})]]) as one,
            scene([[CallTool("nap", {"seconds": 5})], [Say("done")]]) as other,
        ):
            first, second = await one.begin(), await other.begin()
            await trio.sleep(1)
            await one.session.interrupt()
            assert isinstance(await one.ended(first), TurnAborted)
            assert isinstance(await other.ended(second), TurnCompleted)
            await one.session.shutdown()
            assert 1 == len(other.of(TurnStarted))

    run(main)


def test_a_subscription_begins_where_it_is_made_and_ends_with_the_session() -> None:
    """A late one gets what comes from now on; one made after the end gets nothing and ends at once."""

    async def main() -> None:
        async with scene([[Say("one")]]) as stage:
            await stage.turn()
            late = stage.session.events()
        news = [each async for each in late]
        assert ["ShutdownBegan", "ShutdownCompleted"] == [
            type(each.event).__name__ for each in news if isinstance(each, Envelope)
        ]
        assert [] == [each async for each in stage.session.events()]

    run(main)
