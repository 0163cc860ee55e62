"""A session goes on from its log, wherever that was cut."""

from __future__ import annotations

from functools import cache

import attrs
import pytest
import trio

from tests.core.engine.hooks.scene import config, handler
from tests.core.engine.running import OPTIONS, Log, hooks_of, later, run, scene
from turnfold.core.engine import SessionFailed, open_session
from turnfold.core.engine.fakes import (
    CallTool,
    FakeProcesses,
    Say,
    ScriptedModel,
    WaitAt,
    printing,
)
from turnfold.core.hooks import HookEvent
from turnfold.core.lifecycle import SessionPhase
from turnfold.core.reduce import fold
from turnfold.events import (
    AbortBegan,
    SessionResumed,
    ShutdownCompleted,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    UserInputRecorded,
)

SCRIPT = (
    # A turn with a tool, an approval, and input that is steered into it.
    (Say("first"), CallTool("nap", {"seconds": 1}), CallTool("rest", {"seconds": 2})),
    (CallTool("risky", {"what": "it"}),),
    (Say("done"),),
    # A turn that is interrupted while two tools run and a question is open.
    (CallTool("rest", {"seconds": 50}), CallTool("risky", {"what": "that"})),
    # A compaction, a review that fails, a turn that mail starts.
    (Say("the summary"),),
    (CallTool("nap", {"seconds": 1}), WaitAt("review")),
    (Say("thanks"),),
)


@cache
def rich_log() -> tuple[Log, ...]:
    """The log of a session in which much happened, in a tuple."""
    logs: list[Log] = []

    async def main() -> None:
        processes = FakeProcesses({"ok": printing("")})
        hooks = hooks_of(config(HookEvent.PRE_TOOL_USE, handler("ok")), processes)
        async with scene(SCRIPT, hooks=hooks) as stage:
            session = stage.session
            turn_id = await stage.begin("one")
            await trio.sleep(0.5)
            await session.steer("two")
            await trio.sleep(5)
            await session.answer(next(iter(session.state.approvals)), "approved")
            await stage.ended(turn_id)
            await session.send_mail("news")
            turn_id = await stage.begin("three")
            await trio.sleep(1)
            await session.steer("four")
            await session.interrupt()
            await session.submit("five")
            await stage.ended(turn_id)
            await session.roll_back(1)
            compaction = await session.compact()
            await stage.ended(getattr(compaction, "turn_id", ""))
            review = await session.review("my change")
            await trio.sleep(5)
            await session.send_mail("hurry", trigger_turn=True)
            await session.interrupt()
            await stage.ended(getattr(review, "turn_id", ""))
            await stage.seen(TurnCompleted, 3)
        logs.append(stage.journal.appended)

    run(main)
    return tuple(logs)


@pytest.mark.covers("G3", "F7")
def test_a_log_that_is_cut_anywhere_goes_on() -> None:
    """Resumed from each of its beginnings, a session is idle, its log legal, every turn ended once; a turn works."""
    log = rich_log()[0]
    assert 90 < len(log)
    for cut in range(1, len(log) + 1):
        run(lambda cut=cut: resumed(log[:cut]))  # type: ignore[misc]


async def resumed(prefix: Log) -> None:
    """Resume from *prefix*, look, and run a turn."""
    before = fold(prefix)
    async with scene([[Say("hello")]] * 4, resume=prefix, **later()) as stage:
        state = stage.session.state
        assert SessionPhase.IDLE is state.session or stage.session.state.turn is not None
        assert stage.of(SessionResumed)
        open_turn = before.turn.turn_id if before.turn is not None else None
        assert open_turn == stage.of(SessionResumed)[0].open_turn_id
        while stage.session.state.turn is not None:
            await stage.session.finished(stage.session.state.turn.turn_id)
        assert (SessionPhase.IDLE, {}, {}, {}) == (
            stage.session.state.session,
            stage.session.state.calls,
            stage.session.state.approvals,
            stage.session.state.hook_runs,
        )
        assert isinstance(await stage.turn("again"), TurnCompleted)
    whole = [*prefix, *stage.journal.appended]
    assert fold(whole) == stage.session.state
    events = [envelope.event for envelope in whole]
    starts = [event.turn_id for event in events if isinstance(event, TurnStarted)]
    ends = [event.turn_id for event in events if isinstance(event, TurnAborted | TurnCompleted)]
    assert sorted(starts) == sorted(end or "" for end in ends)


@pytest.mark.covers("F4", "F7")
def test_a_turn_that_was_cut_off_is_interrupted() -> None:
    """The first thing that a resumed session does is to end the open turn by the book."""

    async def main() -> None:
        log = rich_log()[0]
        begun = next(n for n, each in enumerate(log) if isinstance(each.event, TurnStarted))
        async with scene(resume=log[: begun + 1], **later()) as stage:
            assert [("turn-1", "interrupted", "resume")] == [
                (event.turn_id, event.reason, event.by) for event in stage.of(AbortBegan)
            ]
            assert ["turn-1"] == [event.turn_id for event in stage.of(TurnAborted)]

    run(main)


def test_input_that_was_kept_is_answered_after_a_resume() -> None:
    """Input whose turn had not begun is not lost: the next turn takes it, before its own."""

    async def main() -> None:
        log = rich_log()[0]
        begun = next(n for n, each in enumerate(log) if isinstance(each.event, TurnStarted))
        async with scene([[Say("hello")]] * 3, resume=log[:begun], **later()) as stage:
            await stage.turn("again")
            assert ["one", "again"] == [event.message for event in stage.of(UserInputRecorded)]

    run(main)


def test_the_model_is_given_the_history_of_before() -> None:
    """What was said before the cut is in the first request after it."""

    async def main() -> None:
        log = rich_log()[0]
        done = next(n for n, each in enumerate(log) if isinstance(each.event, TurnCompleted))
        async with scene([[Say("hello")]], resume=log[: done + 1], **later()) as stage:
            await stage.turn("again")
            said = str(stage.model.requests[0].items)
            assert all(text in said for text in ("one", "two", "slept 1 s", "did it", "done", "again"))

    run(main)


def test_a_session_that_was_shut_down_goes_on() -> None:
    """The end of a session is no end of its log."""

    async def main() -> None:
        log = rich_log()[0]
        assert isinstance(log[-1].event, ShutdownCompleted)
        async with scene([[Say("hello")]], resume=log, **later()) as stage:
            assert isinstance(await stage.turn("again"), TurnCompleted)
        whole = [*log, *stage.journal.appended]
        queueing = attrs.evolve(OPTIONS, while_aborting="queue")
        async with scene([[Say("hello")]], resume=whole, options=queueing, **later(3)) as again:
            assert "queue" == again.session.state.behaviour.while_aborting

    run(main)


def test_a_log_that_cannot_be_folded_is_refused() -> None:
    """A log with a gap is no log to go on from."""

    async def main() -> None:
        log = rich_log()[0]
        gapped = open_session(ScriptedModel(), OPTIONS, resume=[*log[:5], *log[6:]])
        with pytest.raises(SessionFailed, match=r"expected event 5, got event 6.*`turnfold salvage`"):
            await gapped.__aenter__()

    run(main)
