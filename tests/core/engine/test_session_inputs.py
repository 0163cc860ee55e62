"""Input at every moment: submitted, steered, mailed; taken, kept, handed back or dropped."""

from __future__ import annotations

from functools import partial

import attrs
import pytest
import trio

from tests.core.engine.phases import PHASES, Phase, SlowJournal, scene_in
from tests.core.engine.running import OPTIONS, Scene, order, run, scene
from turnfold.core.engine.fakes import CallTool, Fail, Say, WaitAt
from turnfold.core.results import Queued, Refused, Started, Steered
from turnfold.events import (
    AbortBegan,
    InputDropped,
    InputQueued,
    InputRefused,
    ItemCompleted,
    ItemStarted,
    MailReceived,
    ModelRequestStarted,
    SettingsApplied,
    SteerRefused,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    TurnSteered,
    UserInputRecorded,
    WaitersDropped,
)

QUEUE = attrs.evolve(OPTIONS, while_aborting="queue")
EVERY_PHASE = pytest.mark.parametrize("phase", PHASES, ids=[each.name for each in PHASES])
HOOKLESS = [phase for phase in PHASES if phase.hook is None]
"""Phases after which another turn runs to its end: the hooks of the others hang, and would hold that turn too."""
STEERABLE = [phase for phase in PHASES if phase.kind == "regular"]


def inputs(stage: Scene) -> list[str | None]:
    """The user's words as the history has them."""
    return [event.message for event in stage.of(UserInputRecorded)]


@pytest.mark.covers("F9")
def test_with_no_turn_a_steer_is_handed_back() -> None:
    """The message to the letter, and the input with it; nothing else changes."""

    async def main() -> None:
        async with scene() as stage:
            assert Refused(
                reason="no_active_turn", message="no active turn to steer", text="also"
            ) == await stage.session.steer("also")
            assert ["no active turn to steer"] == [event.message for event in stage.of(SteerRefused)]
            assert None is stage.session.state.turn

    run(main)


@pytest.mark.covers("F9")
@pytest.mark.parametrize(
    ("expected", "text", "message"),
    [
        ("turn-7", "also", "expected active turn id `turn-7` but found `turn-1`"),
        ("turn-7", "", "expected active turn id `turn-7` but found `turn-1`"),
        ("turn-1", "", "input must not be empty"),
        (None, "", "input must not be empty"),
    ],
)
def test_a_steer_is_checked_in_order(expected: str | None, text: str, message: str) -> None:
    """The expected turn is checked before the input; a refusal changes nothing."""

    async def main() -> None:
        async with scene_in(PHASES[0]) as (stage, _):
            before = stage.session.state
            result = await stage.session.steer(text, expected_turn_id=expected)
            assert isinstance(result, Refused)
            assert (message, "bad_request") == (result.message, result.code)
            assert attrs.evolve(before, seq=before.seq + 1) == stage.session.state

    run(main)


@pytest.mark.covers("F9")
@pytest.mark.parametrize(
    "phase", [each for each in PHASES if each.kind != "regular"], ids=lambda each: each.name
)
def test_a_review_and_a_compaction_cannot_be_steered(phase: Phase) -> None:
    """The refusal names the kind of the turn, by steer and by submission alike."""

    async def main() -> None:
        async with scene_in(phase) as (stage, _):
            for result in (await stage.session.steer("also"), await stage.session.submit("also")):
                assert isinstance(result, Refused)
                assert (
                    f"cannot steer a {phase.kind} turn",
                    "active_turn_not_steerable",
                    phase.kind,
                    "also",
                ) == (
                    result.message,
                    result.code,
                    result.turn_kind,
                    result.text,
                )

    run(main)


@pytest.mark.covers("F9", "F10", "F5")
@EVERY_PHASE
def test_during_an_abort_input_is_handed_back(phase: Phase) -> None:
    """Refused with the wire's words, before any setting is applied, and no turn comes of it (hazard 4)."""

    async def main() -> None:
        journal = SlowJournal()
        async with scene_in(phase, journal=journal) as (stage, turn_id):
            session = stage.session
            _, submitted, steered = await journal.at_once(
                session.interrupt,
                partial(session.submit, "next", settings=SettingsApplied(cwd="/elsewhere")),
                partial(session.steer, "next", expected_turn_id="turn-7"),
            )
            for result in (submitted, steered):
                assert isinstance(result, Refused)
                assert ("turn abort is still in progress", "bad_request", "next") == (
                    result.message,
                    result.code,
                    result.text,
                )
            await stage.ended(turn_id)
            assert ["submission-2"] == [event.submission_id for event in stage.of(InputRefused)]
            assert "/work" == stage.session.state.settings.cwd
            assert [turn_id] == [event.turn_id for event in stage.of(TurnStarted)]

    run(main)


@pytest.mark.covers("F10", "F11")
@pytest.mark.parametrize("phase", HOOKLESS, ids=[each.name for each in HOOKLESS])
def test_input_during_an_abort_can_be_kept_for_the_next_turn(phase: Phase) -> None:
    """With `while_aborting="queue"` it starts the next turn, after `turn_aborted`."""

    async def main() -> None:
        journal = SlowJournal()
        async with scene_in(phase, (Say("hello"),), options=QUEUE, journal=journal) as (stage, turn_id):
            _, kept = await journal.at_once(stage.session.interrupt, partial(stage.session.submit, "next"))
            assert isinstance(kept, Queued)
            await stage.ended(turn_id)
            start = await stage.seen(TurnStarted, 2)
            await stage.ended(start.turn_id or "")
            assert "next" == inputs(stage)[-1]
            assert ["TurnStarted", "TurnAborted", "TurnStarted", "TurnCompleted"] == order(
                stage.log, TurnStarted, TurnAborted, TurnCompleted
            )

    run(main)


@pytest.mark.covers("F9", "F13")
@pytest.mark.parametrize("phase", STEERABLE, ids=[each.name for each in STEERABLE])
def test_steered_input_is_never_lost(phase: Phase) -> None:
    """Accepted in any phase, it is in the history of that turn, or is named among what the abort dropped."""

    async def main() -> None:
        async with scene_in(phase) as (stage, turn_id):
            result = await stage.session.steer("also", expected_turn_id=turn_id)
            assert isinstance(result, Steered)
            await trio.sleep(10)
            await stage.session.interrupt()
            await stage.ended(turn_id)
            dropped = [each for event in stage.of(WaitersDropped) for each in event.inputs]
            assert ("also" in inputs(stage)) != (result.input_id in dropped)

    run(main)


@pytest.mark.covers("F13", "F7")
def test_input_in_the_last_moment_is_answered_in_the_same_turn() -> None:
    """Steered at each step of a turn, an input is recorded before the terminal event, or refused and handed back."""

    async def main() -> None:
        async with scene([[Say("one")], [Say("two")]]) as stage:
            await stage.turn()
        last = stage.log.index(stage.of(TurnCompleted)[0])
        for step in range(4, last + 1):
            await steered_at(step)

    async def steered_at(step: int) -> None:
        async with scene([[Say("one")], [Say("two")]]) as stage:
            events = stage.session.events()
            turn_id = await stage.begin()
            result: object = None
            async for news in events:
                if getattr(news, "seq", 0) >= step:
                    result = await stage.session.steer("also")
                    break
            await stage.ended(turn_id)
            if isinstance(result, Steered):
                assert ["go", "also"] == inputs(stage)
                recorded = stage.log.index(stage.of(UserInputRecorded)[1])
                assert recorded < stage.log.index(stage.of(TurnCompleted)[0])
                shown = [
                    event for event in stage.log[:recorded] if isinstance(event, ItemStarted | ItemCompleted)
                ]
                assert ["also", "also"] == [event.text for event in shown[-2:]]
            else:
                assert isinstance(result, Refused)
                assert "also" == result.text

    run(main)


@pytest.mark.covers("F13")
def test_input_left_by_a_turn_that_failed_is_recorded() -> None:
    """A turn that ends with an error records what it had accepted before its terminal event."""

    async def main() -> None:
        async with scene([[WaitAt("here"), Fail()]]) as stage:
            turn_id = await stage.begin()
            await stage.model.gate("here").reached.wait()
            await stage.session.steer("also")
            stage.model.gate("here").open()
            terminal = await stage.ended(turn_id)
            assert isinstance(terminal, TurnCompleted)
            assert terminal.error is not None
            assert ["go", "also"] == inputs(stage)

    run(main)


@pytest.mark.covers("F15")
def test_a_submission_joins_the_turn_that_is_about_to_start() -> None:
    """Two submissions at once are one turn with two inputs, in their order."""

    async def main() -> None:
        journal = SlowJournal()
        async with scene([[Say("done")]], journal=journal) as stage:
            session = stage.session
            first, second, third = await journal.at_once(
                partial(session.submit, "one"),
                partial(session.submit, "two"),
                partial(session.steer, "three"),
            )
            assert Started(turn_id="turn-1", input_id="input-1") == first
            assert Steered(turn_id="turn-1", input_id="input-2") == second
            assert "no active turn to steer" == getattr(third, "message", None)
            await stage.ended("turn-1")
            assert ["one", "two"] == inputs(stage)
            assert 1 == len(stage.of(TurnStarted))

    run(main)


def test_one_may_ask_not_to_steer() -> None:
    """`start_if_idle` is refused while a turn runs, and the input handed back."""

    async def main() -> None:
        async with scene_in(PHASES[0]) as (stage, _):
            result = await stage.session.submit("next", mode="start_if_idle")
            assert isinstance(result, Refused)
            assert ("not_idle", "next") == (result.reason, result.text)
            assert [] == stage.of(TurnSteered)

    run(main)


def test_the_log_tells_which_request_gave_an_input_to_the_model() -> None:
    """Each input is named by the first request that holds it, and by no other."""

    async def main() -> None:
        async with scene([[CallTool("nap", {"seconds": 1})], [Say("done")]]) as stage:
            turn_id = await stage.begin()
            await trio.sleep(0.5)
            await stage.session.steer("also")
            await stage.ended(turn_id)
            assert [("input-1",), ("input-2",)] == [
                event.input_ids for event in stage.of(ModelRequestStarted)
            ]
            assert [] == stage.of(InputDropped) + stage.of(AbortBegan)
            assert ["input-1"] == [event.input_id for event in stage.of(InputQueued)]
            assert [] == stage.of(MailReceived)

    run(main)
