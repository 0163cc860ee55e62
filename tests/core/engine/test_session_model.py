"""What sessions do with models that misbehave, compactions, reviews, rollbacks."""

from __future__ import annotations

import attrs

from tests.core.engine.running import OPTIONS, Script, nap, order, outputs, run, scene
from turnfold.core.engine import Streamed
from turnfold.core.engine.fakes import CallTool, Emit, End, Fail, Say, Step, Think
from turnfold.core.engine.models import Backoff
from turnfold.events import (
    ErrorRaised,
    HistoryCompacted,
    HistoryRolledBack,
    ItemCompleted,
    ItemStarted,
    ModelRequestFailed,
    ModelRequestStarted,
    ModelResponseCompleted,
    ReviewModeEntered,
    ReviewModeExited,
    StreamErrorRaised,
    TokenUsage,
    TokenUsageReported,
    ToolCallOutput,
    ToolCallRequested,
    TurnCompleted,
)


def test_a_call_id_that_comes_twice_is_a_bad_response() -> None:
    """Two open calls of one id cannot be told apart: the first is answered, the turn ends with an error."""

    async def main() -> None:
        calls = [
            CallTool("nap", {"seconds": 1}, call_id="same"),
            CallTool("nap", {"seconds": 2}, call_id="same"),
        ]
        async with scene([calls]) as stage:
            terminal = await stage.turn()
            assert isinstance(terminal, TurnCompleted)
            assert "bad_response" in str(terminal.error)
            assert ["same"] == [event.call_id for event in stage.of(ToolCallRequested)]
            assert [("same", "slept 1 s", True)] == outputs(stage)

    run(main)


def test_a_call_without_id_is_given_one() -> None:
    """The log and the next request can name it."""

    async def main() -> None:
        item = {"type": "function_call", "name": "nap", "arguments": '{"seconds": 1}'}
        async with scene([[Emit(item)], [Say("done")]], tools=[nap]) as stage:
            await stage.turn()
            assert ["call-1"] == [event.call_id for event in stage.of(ToolCallRequested)]
            assert [("call-1", "slept 1 s", True)] == outputs(stage)

    run(main)


def test_an_item_that_nobody_knows_is_kept() -> None:
    """What a newer endpoint sends is recorded, and breaks nothing."""

    async def main() -> None:
        async with scene([[Emit({"type": "hologram", "id": "h-1", "beams": 3}), Say("done")]]) as stage:
            assert isinstance(await stage.turn(), TurnCompleted)
            assert "hologram" in str(stage.log)

    run(main)


def test_a_broken_stream_is_tried_again() -> None:
    """Each attempt is in the log, the client is told, calls of the broken stream are answered before the next one."""

    async def main() -> None:
        first: list[Step] = [
            CallTool("nap", {"seconds": 2}),
            Fail("cut off", code="stream_cut", retryable=True),
        ]
        second: list[Step] = [Fail("busy", code="rate_limited", retryable=True, retry_after_s=7)]
        async with scene([first, second, [Say("done")]], backoff=Backoff()) as stage:
            assert isinstance(await stage.turn(), TurnCompleted)
            assert [1, 2, 3] == [event.attempt for event in stage.of(ModelRequestStarted)]
            assert [("stream_cut", True), ("rate_limited", True)] == [
                (event.error_code, event.will_retry) for event in stage.of(ModelRequestFailed)
            ]
            assert ["cut off", "busy"] == [event.message for event in stage.of(StreamErrorRaised)]
            assert [
                "ModelRequestStarted",
                "ToolCallOutput",
                "ModelRequestStarted",
                "ModelRequestStarted",
            ] == order(stage.log, ModelRequestStarted, ToolCallOutput)
            assert "slept 2 s" in str(stage.model.requests[1].items)

    run(main)


def test_retries_come_to_an_end() -> None:
    """After the last attempt the turn ends, with the error in its terminal event (U10)."""

    async def main() -> None:
        script: Script = [[Fail("busy", code="server_error", retryable=True)]] * 9
        async with scene(script, backoff=Backoff(max_attempts=3)) as stage:
            terminal = await stage.turn()
            assert isinstance(terminal, TurnCompleted)
            assert {"message": "busy", "code": "server_error"} == terminal.error
            assert [True, True, False] == [event.will_retry for event in stage.of(ModelRequestFailed)]
            assert ["ErrorRaised", "TurnCompleted"] == order(stage.log, ErrorRaised, TurnCompleted)

    run(main)


def test_an_error_that_no_retry_mends_ends_the_turn_at_once() -> None:
    """One attempt, one error, and the next turn works."""

    async def main() -> None:
        async with scene([[Fail("no such model", code="bad_request")], [Say("done")]]) as stage:
            terminal = await stage.turn()
            assert isinstance(terminal, TurnCompleted)
            assert {"message": "no such model", "code": "bad_request"} == terminal.error
            assert [] == stage.of(StreamErrorRaised)
            again = await stage.turn("again")
            assert isinstance(again, TurnCompleted)
            assert None is again.error

    run(main)


def test_the_endpoint_may_ask_for_another_request() -> None:
    """`end_turn: false` goes on without a call (§1.3)."""

    async def main() -> None:
        async with scene([[Say("one"), End(end_turn=False)], [Say("two")]]) as stage:
            terminal = await stage.turn()
            assert "two" == getattr(terminal, "last_agent_message", None)
            assert 2 == len(stage.model.requests)

    run(main)


def test_what_the_model_says_is_streamed_between_its_item_s_start_and_end() -> None:
    """Deltas reach a subscriber that wants them, after the item began and before it is complete."""

    async def main() -> None:
        async with scene([[Think(("h", "m")), Say(("one ", "two"))]]) as stage:
            news = stage.session.events(deltas=True)
            await stage.turn()
            seen: list[str] = []
            async for each in news:
                if isinstance(each, Streamed):
                    seen.append(f"{each.channel}:{each.text}")
                elif isinstance(each.event, ItemStarted | ItemCompleted):
                    seen.append(f"{type(each.event).__name__}:{each.event.item_type}")
                elif isinstance(each.event, TurnCompleted):
                    break
            assert [
                "ItemStarted:UserMessage",
                "ItemCompleted:UserMessage",
                "ItemStarted:Reasoning",
                "reasoning:h",
                "reasoning:m",
                "ItemCompleted:Reasoning",
                "ItemStarted:AgentMessage",
                "message:one ",
                "message:two",
                "ItemCompleted:AgentMessage",
            ] == seen

    run(main)


def test_tokens_are_summed_up() -> None:
    """The session's total is the sum of what the responses used."""

    async def main() -> None:
        usage = TokenUsage(input_tokens=10, output_tokens=5, total_tokens=15)
        script: Script = [
            [CallTool("nap", {"seconds": 1}), End(usage=usage)],
            [Say("done"), End(usage=usage)],
        ]
        async with scene(script) as stage:
            await stage.turn()
            assert [15, 30] == [
                event.total.total_tokens for event in stage.of(TokenUsageReported) if event.total
            ]
            assert 2 == len(stage.of(ModelResponseCompleted))

    run(main)


def test_a_compaction_replaces_the_history() -> None:
    """The next request holds the user's words and the summary, and nothing else of before."""

    async def main() -> None:
        script: Script = [
            [CallTool("nap", {"seconds": 1})],
            [Say("done")],
            [Say("THE SUMMARY")],
            [Say("hello")],
        ]
        async with scene(script) as stage:
            await stage.turn("first")
            result = await stage.session.compact()
            await stage.ended(getattr(result, "turn_id", ""))
            await stage.turn("second")
            (compacted,) = stage.of(HistoryCompacted)
            said = str(stage.model.requests[-1].items)
            assert 2 == compacted.replacement_count
            assert all(text in said for text in ("first", "THE SUMMARY", "second"))
            assert "slept" not in said

    run(main)


def test_the_history_is_compacted_on_the_way_when_it_grows_too_long() -> None:
    """Over the limit, and with work left to do, a turn compacts its history and goes on."""

    async def main() -> None:
        usage = TokenUsage(input_tokens=900, output_tokens=200, total_tokens=1100)
        script: Script = [
            [CallTool("nap", {"seconds": 1}), End(usage=usage)],
            [Say("THE SUMMARY")],
            [Say("done")],
        ]
        async with scene(script, options=attrs.evolve(OPTIONS, compact_at_tokens=1000)) as stage:
            terminal = await stage.turn("first")
            assert "done" == getattr(terminal, "last_agent_message", None)
            assert 1 == len(stage.of(HistoryCompacted))
            assert "THE SUMMARY" in str(stage.model.requests[-1].items)

    run(main)


def test_a_rollback_takes_turns_out_of_the_history() -> None:
    """The log keeps them; the model is not given them any more. Refused while a turn runs, and for no turn."""

    async def main() -> None:
        async with scene([[Say("one")], [Say("two")], [Say("three")]]) as stage:
            await stage.turn("first")
            await stage.turn("second")
            assert "num_turns must be >= 1" == getattr(await stage.session.roll_back(0), "message", None)
            await stage.session.roll_back(1)
            turn_id = await stage.begin("third")
            busy = await stage.session.roll_back(1)
            assert "Cannot rollback while a turn is in progress." == getattr(busy, "message", None)
            await stage.ended(turn_id)
            said = str(stage.model.requests[-1].items)
            assert all(text in said for text in ("first", "one", "third"))
            assert "second" not in said
            assert [1] == [event.num_turns for event in stage.of(HistoryRolledBack)]

    run(main)


def test_a_review_sees_its_own_turn_only() -> None:
    """It is begun and left in the log, runs tools, and is given nothing of the past."""

    async def main() -> None:
        script: Script = [[Say("one")], [CallTool("nap", {"seconds": 1})], [Say("fine")]]
        async with scene(script) as stage:
            await stage.turn("first")
            result = await stage.session.review("my change")
            terminal = await stage.ended(getattr(result, "turn_id", ""))
            assert "fine" == getattr(terminal, "last_agent_message", None)
            said = str(stage.model.requests[-1].items)
            assert "my change" in said
            assert "first" not in said
            assert ["my change"] == [event.hint for event in stage.of(ReviewModeEntered)]
            assert [True] == [event.has_output for event in stage.of(ReviewModeExited)]

    run(main)


def test_a_review_that_fails_leaves_review_mode() -> None:
    """An error of the model ends the review and the turn."""

    async def main() -> None:
        async with scene([[Fail()]]) as stage:
            result = await stage.session.review("my change")
            await stage.ended(getattr(result, "turn_id", ""))
            assert ["ReviewModeEntered", "ReviewModeExited", "TurnCompleted"] == order(
                stage.log, ReviewModeEntered, ReviewModeExited, TurnCompleted
            )

    run(main)
