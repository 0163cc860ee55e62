"""The scripted model gives what it was told, keeps what it was asked, and stops where it is cancelled."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable

import pytest
import trio
import trio.testing

from turnfold.core.engine.fakes import (
    CallTool,
    Emit,
    End,
    Fail,
    Pause,
    Say,
    ScriptedModel,
    Step,
    Think,
    WaitAt,
)
from turnfold.core.engine.ports import (
    Delta,
    ItemBegan,
    ItemDone,
    ModelError,
    ModelEvent,
    ModelRequest,
    ResponseDone,
)
from turnfold.events import TokenUsage


def request(number: int = 1) -> ModelRequest:
    """Return a request of some turn."""
    return ModelRequest(request_id=f"request-{number}", turn_id="turn-1")


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run *test* on a clock that jumps as soon as everybody waits."""
    trio.run(test, clock=trio.testing.MockClock(autojump_threshold=0))


async def events_of(model: ScriptedModel) -> list[ModelEvent]:
    """Return all events of the next response."""
    async with model.stream(request()) as events:
        return [event async for event in events]


def played(*steps: Step) -> list[ModelEvent]:
    """Return the events of one response of these steps."""
    got: list[ModelEvent] = []

    async def main() -> None:
        got.extend(await events_of(ScriptedModel([steps])))

    run(main)
    return got


def items(events: Iterable[ModelEvent]) -> list[object]:
    """Return the items that were completed."""
    return [event.item for event in events if isinstance(event, ItemDone)]


def test_a_message_begins_comes_in_pieces_and_is_done() -> None:
    """The pieces of a message carry its id, and the item at the end is all of them."""
    content = [{"type": "output_text", "text": "Hello"}]
    assert [
        ItemBegan(item_id="message-1", item_type="message"),
        Delta(item_id="message-1", text="Hel"),
        Delta(item_id="message-1", text="lo"),
        ItemDone(item={"type": "message", "id": "message-1", "role": "assistant", "content": content}),
        ResponseDone(response_id="response-1"),
    ] == played(Say(["Hel", "lo"]))


def test_reasoning_has_its_own_channel() -> None:
    """A piece of reasoning is not a piece of a message."""
    began, delta, done, _ = played(Think("hm"))
    assert ItemBegan(item_id="reasoning-1", item_type="reasoning") == began
    assert Delta(item_id="reasoning-1", text="hm", channel="reasoning") == delta
    summary = [{"type": "summary_text", "text": "hm"}]
    assert ItemDone(item={"type": "reasoning", "id": "reasoning-1", "summary": summary}) == done


def test_arguments_of_a_function_are_json() -> None:
    """A mapping goes out as the text that a model writes; call ids are counted."""
    [first, second] = items(played(CallTool("shell", {"command": ["ls"]}), CallTool("shell", "{not json")))
    assert {
        "type": "function_call",
        "id": "item-1",
        "call_id": "call-1",
        "name": "shell",
        "arguments": json.dumps({"command": ["ls"]}),
    } == first
    assert {
        "type": "function_call",
        "id": "item-2",
        "call_id": "call-2",
        "name": "shell",
        "arguments": "{not json",
    } == second


def test_the_other_kinds_of_call() -> None:
    """A custom tool takes text, `local_shell` an action; both keep the id that they are given."""
    custom = CallTool("apply_patch", "*** Begin Patch", call_id="c9", call_type="custom_tool_call")
    shell = CallTool("local_shell", {"type": "exec", "command": ["ls"]}, call_type="local_shell_call")
    assert [
        {
            "type": "custom_tool_call",
            "id": "item-1",
            "call_id": "c9",
            "name": "apply_patch",
            "input": "*** Begin Patch",
        },
        {
            "type": "local_shell_call",
            "id": "item-2",
            "call_id": "call-1",
            "status": "completed",
            "action": {"type": "exec", "command": ["ls"]},
        },
    ] == items(played(custom, shell))


def test_any_item_can_be_emitted() -> None:
    """An item of an unknown type begins and is done as it is."""
    began, done, _ = played(Emit({"type": "web_search_call", "id": "ws-1"}))
    assert ItemBegan(item_id="ws-1", item_type="web_search_call") == began
    assert ItemDone(item={"type": "web_search_call", "id": "ws-1"}) == done
    assert ItemBegan(item_id=None, item_type="odd") == played(Emit({"type": "odd"}))[0]


def test_a_response_ends_with_what_the_script_says() -> None:
    """Usage and the wish to go on come with the end, and nothing comes after it."""
    usage = TokenUsage(input_tokens=7, output_tokens=2, total_tokens=9)
    assert [ResponseDone(response_id="response-1", usage=usage, end_turn=False)] == played(
        End(usage=usage, end_turn=False), Say("never said")
    )


def test_a_failure_carries_its_class() -> None:
    """The error reaches who reads the response, after what was said before it."""

    async def main() -> None:
        failing = ScriptedModel(
            [[Say("a"), Fail("slow down", code="rate_limited", retryable=True, retry_after_s=3)]]
        )
        got: list[ModelEvent] = []
        with pytest.raises(ModelError, match="slow down") as caught:
            async with failing.stream(request()) as events:
                got.extend([event async for event in events])
        assert ("rate_limited", True, 3) == (
            caught.value.code,
            caught.value.retryable,
            caught.value.retry_after_s,
        )
        assert 0 == failing.open_streams

    run(main)


def test_each_request_gets_the_next_response_until_there_is_none() -> None:
    """A request too many says so, and how many there were; every request is kept."""

    async def main() -> None:
        model = ScriptedModel([[Say("one")], [Say("two")]])
        assert 2 == model.left
        assert 4 == len(await events_of(model))
        assert 4 == len(await events_of(model))
        assert 0 == model.left
        with pytest.raises(ModelError, match=r"request 3 .*the script holds 2") as caught:
            await events_of(model)
        assert "script_exhausted" == caught.value.code
        assert not caught.value.retryable
        assert [request(), request(), request()] == model.requests
        assert 0 == model.left

    run(main)


def test_a_pause_goes_by_the_clock_of_trio() -> None:
    """Ten seconds of the script are ten seconds of trio's clock."""

    async def main() -> None:
        started = trio.current_time()
        await events_of(ScriptedModel([[Pause(10), Say("late")]]))
        assert 10 == trio.current_time() - started

    run(main)


def test_a_gate_holds_the_model_until_it_is_opened() -> None:
    """The test sees that the model stands at the gate, and nothing is said before the gate opens."""

    async def main() -> None:
        model = ScriptedModel([[WaitAt("door"), Say("in")]])
        got: list[ModelEvent] = []

        async def read() -> None:
            got.extend(await events_of(model))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await model.gate("door").reached.wait()
            await trio.testing.wait_all_tasks_blocked()
            assert ([], 1) == (got, model.open_streams)
            model.gate("door").open()
        assert (4, 0) == (len(got), model.open_streams)

    run(main)


def test_a_cancelled_response_is_closed() -> None:
    """Cancellation at a gate passes through, and the response counts as closed."""

    async def main() -> None:
        model = ScriptedModel([[WaitAt("door")]])
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(events_of, model)
                await model.gate("door").reached.wait()
                scope.cancel()
        assert scope.cancelled_caught
        assert 0 == model.open_streams

    run(main)


@pytest.mark.covers("F12")
def test_a_request_of_a_cancelled_task_never_begins() -> None:
    """Who was cancelled before asking has not asked: the request is not among those that began."""

    async def main() -> None:
        model = ScriptedModel([[Say("a")]])
        with trio.CancelScope() as scope:
            scope.cancel()
            await events_of(model)
        assert scope.cancelled_caught
        assert [] == model.requests

    run(main)


def test_a_response_can_be_left_early() -> None:
    """Leaving the context in the middle closes the response without a warning."""

    async def main() -> None:
        model = ScriptedModel([[Say(["a", "b"])]])
        async with model.stream(request()) as events:
            assert ItemBegan(item_id="message-1", item_type="message") == await anext(aiter(events))
        assert 0 == model.open_streams

    run(main)
