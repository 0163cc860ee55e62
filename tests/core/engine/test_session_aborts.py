"""An abort in every phase of a turn, whoever begins it."""

from __future__ import annotations

import attrs
import pytest
import trio

from tests.core.engine.abort_order import aborted
from tests.core.engine.phases import PHASES, Phase, SlowJournal, scene_in
from tests.core.engine.running import OPTIONS, Scene, order, run, scene
from turnfold.core.engine.fakes import Say
from turnfold.core.lifecycle import SessionPhase
from turnfold.core.reduce import fold
from turnfold.core.results import Idle, Interrupted, Started
from turnfold.events import (
    AbortBegan,
    AbortMarkerRecorded,
    ErrorRaised,
    ShutdownCompleted,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
    TurnStarted,
    WaitersDropped,
)

EVERY_PHASE = pytest.mark.parametrize("phase", PHASES, ids=[each.name for each in PHASES])


@EVERY_PHASE
@pytest.mark.covers("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F12", "F16")
def test_an_interrupt_ends_the_turn_by_the_book(phase: Phase) -> None:
    """Marker, flush, one `turn_aborted` and an idle session; nothing is asked, run or said after the beginning."""

    async def main() -> None:
        async with scene_in(phase) as (stage, turn_id):
            requests = len(stage.model.requests)
            result = await stage.session.interrupt()
            assert Interrupted(turn_id=turn_id) == result
            await stage.ended(turn_id)
            assert SessionPhase.IDLE is stage.session.state.session
            assert (None, {}, {}, {}) == (
                stage.session.state.turn,
                stage.session.state.calls,
                stage.session.state.approvals,
                stage.session.state.hook_runs,
            )
            assert requests == len(stage.model.requests)
            aborted(stage.log, turn_id, "interrupted", "client")
            assert [] == stage.of(ErrorRaised)
        assert stage.session.state == fold(stage.journal.appended)

    run(main)


@EVERY_PHASE
@pytest.mark.covers("F1")
def test_an_interrupt_returns_before_anything_has_unwound(phase: Phase) -> None:
    """Whoever interrupts waits for no task; a second interrupt meanwhile changes nothing."""

    async def main() -> None:
        async with scene_in(phase) as (stage, turn_id):
            before = trio.current_time()
            first = await stage.session.interrupt()
            second = await stage.session.interrupt(turn_id)
            assert before == trio.current_time()
            assert (Interrupted(turn_id=turn_id), turn_id) == (first, getattr(second, "turn_id", turn_id))
            await stage.ended(turn_id)
            assert 1 == len(stage.of(AbortBegan))

    run(main)


@EVERY_PHASE
@pytest.mark.covers("F14", "F7")
def test_a_shutdown_aborts_the_turn_first(phase: Phase) -> None:
    """`turn_aborted` comes before `shutdown_complete`, and nothing comes after that."""

    async def main() -> None:
        async with scene_in(phase) as (stage, turn_id):
            await stage.session.shutdown()
            assert isinstance(stage.log[-1], ShutdownCompleted)
            aborted(stage.log, turn_id, "interrupted", "shutdown")
            with trio.move_on_after(10_000):
                await trio.sleep_forever()
            assert isinstance(stage.log[-1], ShutdownCompleted)
        assert stage.journal.closed
        assert len(stage.log) == stage.journal.written
        assert stage.delivered == stage.journal.appended[-len(stage.delivered) :]

    run(main)


@EVERY_PHASE
@pytest.mark.covers("F14")
def test_a_shutdown_joins_an_abort_that_runs(phase: Phase) -> None:
    """Interrupted and then shut down: one terminal, and the session's end after it (hazard 2)."""

    async def main() -> None:
        async with scene_in(phase) as (stage, turn_id):
            await stage.session.interrupt()
            await stage.session.shutdown()
            aborted(stage.log, turn_id, "interrupted", "client")
            assert ["TurnAborted", "ShutdownCompleted"] == order(stage.log, TurnAborted, ShutdownCompleted)

    run(main)


@EVERY_PHASE
@pytest.mark.covers("F7")
def test_a_cancelled_caller_ends_the_session_in_order(phase: Phase) -> None:
    """The caller's cancellation aborts the turn, closes the journal, and then goes on its way."""

    async def main() -> None:
        left: list[tuple[Scene, str]] = []
        with trio.CancelScope() as scope:
            async with scene_in(phase) as opened:
                left.append(opened)
                scope.cancel()
                await trio.sleep_forever()
        assert scope.cancelled_caught
        stage, turn_id = left[0]
        aborted(stage.log, turn_id, "interrupted", "shutdown")
        assert stage.journal.closed
        assert isinstance(stage.log[-1], ShutdownCompleted)

    run(main)


@EVERY_PHASE
@pytest.mark.covers("F7")
def test_an_exception_of_the_caller_passes_as_it_is(phase: Phase) -> None:
    """The session ends in order, and the caller's own exception comes out of the context, in no group."""

    async def main() -> None:
        left: list[tuple[Scene, str]] = []
        error = KeyError("the caller's")

        async def fail() -> None:
            async with scene_in(phase) as opened:
                left.append(opened)
                raise error

        with pytest.raises(KeyError) as raised:
            await fail()
        assert error is raised.value
        stage, turn_id = left[0]
        aborted(stage.log, turn_id, "interrupted", "shutdown")
        assert stage.journal.closed

    run(main)


@EVERY_PHASE
@pytest.mark.covers("F14", "F4")
def test_a_compaction_replaces_the_turn(phase: Phase) -> None:
    """`turn_aborted(replaced)` without marker comes before the start of the turn that replaces it."""

    async def main() -> None:
        async with scene_in(phase, (Say("the summary"),)) as (stage, turn_id):
            result = await stage.session.compact()
            assert isinstance(result, Started)
            await stage.seen(TurnStarted, 2)
            aborted(stage.log, turn_id, "replaced", "replacement")
            ends = [event for event in stage.log if isinstance(event, TurnStarted | TurnAborted)]
            assert [turn_id, turn_id, result.turn_id] == [event.turn_id for event in ends[:3]]

    run(main)


@EVERY_PHASE
@pytest.mark.covers("F4")
def test_without_the_switch_there_is_no_marker(phase: Phase) -> None:
    """With the marker disabled an interrupted turn leaves none, and still ends."""

    async def main() -> None:
        async with scene_in(phase, options=attrs.evolve(OPTIONS, interrupt_marker=False)) as (stage, turn_id):
            await stage.session.interrupt()
            terminal = await stage.ended(turn_id)
            assert isinstance(terminal, TurnAborted)
            assert [] == stage.of(AbortMarkerRecorded)

    run(main)


@pytest.mark.covers("F1")
def test_with_no_turn_an_interrupt_is_no_event() -> None:
    """Nothing of a turn is recorded, and whoever asked hears that the session is idle."""

    async def main() -> None:
        async with scene() as stage:
            before = len(stage.log)
            assert Idle() == await stage.session.interrupt()
            assert Idle() == await stage.session.interrupt("turn-7")
            assert before == len(stage.log)

    run(main)


@pytest.mark.covers("F1", "F8")
def test_an_interrupt_names_its_turn() -> None:
    """A turn of another id is not interrupted."""

    async def main() -> None:
        async with scene_in(PHASES[0]) as (stage, turn_id):
            assert Idle() == await stage.session.interrupt("turn-7")
            assert stage.session.state.turn is not None
            assert turn_id == stage.session.state.turn.turn_id
            assert [] == stage.of(AbortBegan)

    run(main)


@pytest.mark.covers("F8", "F15")
def test_a_turn_without_task_is_cleared() -> None:
    """Interrupted while the disk still writes its submission, a turn ends without `turn_aborted`, and never starts."""

    async def main() -> None:
        journal = SlowJournal()
        async with scene([[Say("no")]], journal=journal) as stage:
            await journal.at_once(stage.begin, stage.session.interrupt)
            await stage.settle()
            assert ["TurnCleared", "WaitersDropped"] == order(
                stage.log, TurnStarted, TurnCleared, TurnAborted, WaitersDropped
            )
            assert SessionPhase.IDLE is stage.session.state.session
            assert [] == stage.model.requests
            assert isinstance(await stage.turn("again"), TurnCompleted)

    run(main)
