"""The conversation with a session on fakes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import attrs
import trio
import trio.testing

from turnfold.core.engine import Parts, Session, SessionOptions, open_session
from turnfold.core.engine.fakes import (
    CallTool,
    CountedIds,
    Fail,
    MemoryJournal,
    Pause,
    Say,
    ScriptedModel,
    Step,
    TrioClock,
)
from turnfold.core.engine.owntools import tool
from turnfold.events import ApprovalResolved, Event, ReviewModeEntered, TurnAborted, TurnStarted
from turnfold.tools.terminal import Dialogue, Outcome, Reply, Told, feed, given


@tool(asks=True, parallel=True)
async def risky(what: str) -> str:
    """Do what somebody has to allow."""
    await trio.lowlevel.checkpoint()
    return f"did {what}"


@attrs.define(eq=False)
class Stage:
    """A session, the dialogue with it, and what was shown."""

    session: Session
    dialogue: Dialogue
    journal: MemoryJournal
    shown: list[Told]

    @property
    def texts(self) -> list[str]:
        """What was shown, as texts."""
        return [each.text for each in self.shown]

    def of(self, *kinds: type[Event]) -> list[Event]:
        """The events of some kinds in the log."""
        return [each.event for each in self.journal.appended if isinstance(each.event, kinds)]

    async def say(self, line: str, for_s: float = 0.1) -> Outcome:
        """Finish a line, and let some time go by."""
        outcome = await self.dialogue.take(line)
        await trio.sleep(for_s)
        return outcome


@asynccontextmanager
async def stage(
    responses: Iterable[Iterable[Step]] = (), *, answer: Reply | None = None
) -> AsyncGenerator[Stage]:
    """A dialogue with a session whose only tool asks."""
    journal, shown = MemoryJournal(), list[Told]()
    parts = Parts(tools=[risky], journal=journal, clock=TrioClock(), ids=CountedIds())
    options = SessionOptions(cwd="/work", model="scripted")
    async with (
        trio.open_nursery() as nursery,
        open_session(ScriptedModel(responses), options, parts) as session,
    ):
        dialogue = Dialogue(session, shown.append, answer=answer)
        nursery.start_soon(dialogue.watch, session.events(deltas=True))
        yield Stage(session, dialogue, journal, shown)


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run *test* on a clock that jumps."""

    async def main() -> None:
        with trio.fail_after(3600):
            await test()

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_a_line_is_input_and_steers_while_a_turn_runs() -> None:
    """One turn takes both; what was said is shown."""

    async def main() -> None:
        async with stage([[Say("hm"), Pause(5)], [Say("I see")]]) as on:
            assert Outcome() == await on.say("go")
            assert Outcome() == await on.say("mind the gap")
            await on.dialogue.idle()
            assert 1 == len(on.of(TurnStarted))
            await trio.sleep(1)
            assert ["> go", "hm", "\n", "> mind the gap", "I see", "\n", "— done"] == on.texts

    run(main)


def test_questions_are_asked_one_after_the_other() -> None:
    """The second one is shown when the first is answered; a line that is no answer comes back."""
    calls = (CallTool("risky", {"what": "one"}), CallTool("risky", {"what": "two"}))

    async def main() -> None:
        async with stage([calls, [Say("done")]]) as on:
            await on.say("go")
            assert 1 == sum(text.startswith("? allow") for text in on.texts)
            assert Outcome(handed_back="why?") == await on.say("why?")
            await on.say("1")
            assert 2 == sum(text.startswith("? allow") for text in on.texts)
            denial = next(text.split()[0] for text in reversed(on.texts) if "what to do instead" in text)
            await on.say(f"{denial} not that")
            await on.dialogue.idle()
            resolved = [each for each in on.of(ApprovalResolved) if isinstance(each, ApprovalResolved)]
            assert [("approved", None), ("denied", "not that")] == [(e.decision, e.message) for e in resolved]

    run(main)


def test_an_interrupt_withdraws_the_question() -> None:
    """Then a line is input again."""

    async def main() -> None:
        async with stage([[CallTool("risky", {"what": "it"})], [Say("done")]]) as on:
            await on.say("go")
            assert await on.dialogue.interrupt()
            await on.dialogue.idle()
            assert not await on.dialogue.interrupt()
            await on.say("1 more thing")
            assert 1 == len(on.of(TurnAborted))
            assert "> 1 more thing" in on.texts

    run(main)


def test_what_is_refused_comes_back() -> None:
    """Input during an abort is handed back with the reason, and so is an order that cannot be carried out."""

    async def main() -> None:
        async with stage([[Say("one")]]) as on:
            await on.say("go")
            assert Outcome() == await on.say("/rollback 1")
            await on.session.shutdown()
            assert Outcome(handed_back="too late") == await on.say("too late")
            assert "  the session is over" in on.texts

    run(main)


def test_orders_do_not_replace_a_running_turn() -> None:
    """A compaction or a review waits for whoever typed it."""

    async def main() -> None:
        async with stage([[Pause(5), Say("one")], [Say("looks fine")]]) as on:
            await on.say("go")
            await on.say("/compact")
            await on.say("/review it")
            assert 1 == len(on.of(TurnStarted))
            await on.dialogue.idle()
            await on.say("/review it")
            await on.dialogue.idle()
            assert 1 == len(on.of(ReviewModeEntered))

    run(main)


def test_quitting_and_help() -> None:
    """`/quit` ends, `/help` lists, a wrong order says so, an empty line does nothing."""

    async def main() -> None:
        async with stage() as on:
            assert Outcome(quits=True) == await on.say("/quit")
            await on.say("/help")
            assert any("/review" in text for text in on.texts)
            await on.say("/nonsense")
            await on.say("/interrupt")
            await on.say("")
            assert [] == on.of(TurnStarted)

    run(main)


def test_inputs_follow_each_other() -> None:
    """Each is taken when the turn before has ended; questions are answered as was said; 0 is the exit code."""

    async def main() -> None:
        script: list[list[Step]] = [[CallTool("risky", {"what": "it"})], [Say("one")], [Say("two")]]
        async with stage(script, answer=Reply("approved")) as on:
            assert 0 == await feed(on.dialogue, given(["first", "second", "/quit", "never"]))
            assert 2 == len(on.of(TurnStarted))
            assert ["> first", "> second"] == [text for text in on.texts if text.startswith(">")]

    run(main)


def test_a_failed_turn_gives_exit_code_1() -> None:
    """The last turn counts."""

    async def main() -> None:
        async with stage([[Fail()], [Say("two")], [Fail()]]) as on:
            assert 1 == await feed(on.dialogue, given(["one"]))
            assert 0 == await feed(on.dialogue, given(["two"]))
            assert 1 == await feed(on.dialogue, given(["three"]))

    run(main)
