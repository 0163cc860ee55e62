"""Mail, and what a session refuses that is ending or over."""

from __future__ import annotations

from functools import partial

import attrs
import pytest
import trio

from tests.core.engine.phases import PHASES, Phase, SlowJournal, scene_in
from tests.core.engine.running import OPTIONS, order, run, scene
from turnfold.core.engine.fakes import Say
from turnfold.core.results import Done, Refused, Started
from turnfold.events import (
    MailRecorded,
    TurnAborted,
    TurnCompleted,
    TurnReserved,
    TurnStarted,
)

QUEUE = attrs.evolve(OPTIONS, while_aborting="queue")
EVERY_PHASE = pytest.mark.parametrize("phase", PHASES, ids=[each.name for each in PHASES])
HOOKLESS = [phase for phase in PHASES if phase.hook is None]
"""Phases after which another turn runs to its end: the hooks of the others hang, and would hold that turn too."""
STEERABLE = [phase for phase in PHASES if phase.kind == "regular"]


@pytest.mark.covers("F11")
@pytest.mark.parametrize("phase", HOOKLESS, ids=[each.name for each in HOOKLESS])
def test_mail_that_triggers_starts_one_turn_after_an_interruption(phase: Phase) -> None:
    """Never before `turn_aborted`, and one turn for all of it."""

    async def main() -> None:
        journal = SlowJournal()
        async with scene_in(phase, (Say("hello"),), journal=journal) as (stage, turn_id):
            await journal.at_once(
                stage.session.interrupt,
                partial(stage.session.send_mail, "news", trigger_turn=True),
                partial(stage.session.send_mail, "more", trigger_turn=True),
            )
            await stage.ended(turn_id)
            start = await stage.seen(TurnStarted, 2)
            assert isinstance(await stage.ended(start.turn_id or ""), TurnCompleted)
            assert ["TurnStarted", "TurnAborted", "TurnStarted", "TurnCompleted"] == order(
                stage.log, TurnStarted, TurnAborted, TurnCompleted
            )
            assert ["news", "more"] == [event.text for event in stage.of(MailRecorded)]
            assert "mail" == stage.of(TurnReserved)[-1].trigger

    run(main)


@pytest.mark.covers("F11")
def test_mail_starts_a_turn_of_an_idle_session_only_if_it_says_so() -> None:
    """Plain mail waits for the next turn; mail that triggers starts one at once."""

    async def main() -> None:
        async with scene([[Say("hello")]]) as stage:
            assert Done() == await stage.session.send_mail("news")
            await trio.sleep(10)
            assert [] == stage.of(TurnReserved)
            await stage.session.send_mail("hurry", trigger_turn=True)
            await stage.seen(TurnCompleted)
            assert ["news", "hurry"] == [event.text for event in stage.of(MailRecorded)]
            said = str(stage.model.requests[0].items)
            assert "news" in said
            assert "hurry" in said

    run(main)


@pytest.mark.covers("F11")
def test_nothing_starts_during_a_shutdown_or_after_a_replacement() -> None:
    """Mail that triggers starts no turn while the session ends; after a replacement it waits for the new turn's end."""

    async def main() -> None:
        async with scene_in(PHASES[1], (Say("summary"),), (Say("hello"),)) as (stage, turn_id):
            await stage.session.send_mail("hurry", trigger_turn=True)
            replacing = await stage.session.compact()
            assert isinstance(replacing, Started)
            await stage.ended(replacing.turn_id)
            assert [turn_id, replacing.turn_id] == [event.turn_id for event in stage.of(TurnReserved)[:2]]
            await stage.seen(TurnCompleted, 2)
        async with scene_in(PHASES[1]) as (ending, _):
            await ending.session.send_mail("hurry", trigger_turn=True)
            await ending.session.shutdown()
            assert 1 == len(ending.of(TurnReserved))
            assert ["hurry"] == [mail.text for mail in ending.session.state.mail]

    run(main)


def test_after_the_last_event_everything_is_refused() -> None:
    """A session that is over refuses in words, and hands input back."""

    async def main() -> None:
        async with scene() as stage:
            session = stage.session
            await session.shutdown()
            over = Refused(reason="shutting_down", message="the session is over")
            assert over == await session.interrupt()
            assert over == await session.compact()
            assert over == await session.send_mail("news")
            assert over == await session.roll_back(1)
            assert over == await session.answer("approval-1", "approved")
            assert attrs.evolve(over, text="go") == await session.submit("go")
            assert attrs.evolve(over, text="go") == await session.steer("go")
            await session.shutdown()
            assert None is await session.finished("turn-1")

    run(main)


@pytest.mark.covers("F10")
def test_while_the_session_ends_input_is_handed_back() -> None:
    """Even with `while_aborting="queue"` nothing is accepted that no turn will take."""

    async def main() -> None:
        journal = SlowJournal()
        async with scene_in(PHASES[7], options=QUEUE, journal=journal) as (stage, _):
            _, result = await journal.at_once(stage.session.shutdown, partial(stage.session.submit, "next"))
            assert isinstance(result, Refused)
            assert ("shutting_down", "next") == (result.reason, result.text)

    run(main)


def test_an_answer_for_nobody_is_refused() -> None:
    """An unknown question, one that was answered, one whose turn is being aborted."""

    async def main() -> None:
        journal = SlowJournal()
        async with scene_in(PHASES[4], journal=journal) as (stage, turn_id):
            unknown = await stage.session.answer("approval-7", "approved")
            assert "no pending approval `approval-7`" == getattr(unknown, "message", None)
            answer = partial(stage.session.answer, "approval-1", "approved")
            _, late = await journal.at_once(stage.session.interrupt, answer)
            assert "turn abort is still in progress" == getattr(late, "message", None)
            await stage.ended(turn_id)
            gone = await stage.session.answer("approval-1", "approved")
            assert "no pending approval `approval-1`" == getattr(gone, "message", None)

    run(main)
