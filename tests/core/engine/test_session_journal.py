"""A journal that fails, a subscriber that lags, a verifier that objects: what the session says and does."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest
import trio

from tests.core.engine.phases import PHASES, scene_in
from tests.core.engine.running import OPTIONS, Scene, order, run, scene
from tests.verified import watching
from turnfold.core.engine import Parts, SessionFailed, open_session
from turnfold.core.engine.fakes import CallTool, MemoryJournal, Say, ScriptedModel
from turnfold.core.engine.ports import JournalError
from turnfold.core.lifecycle import SessionPhase
from turnfold.events import (
    Envelope,
    JournalFailed,
    JournalFlushed,
    SubscriberLagged,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    WarningRaised,
)


class FullJournal(MemoryJournal):
    """A journal on a disk that is full while `full` says so."""

    full = False

    async def commit(self) -> None:
        """Fail, or take all that waits as written."""
        if self.full:
            raise JournalError("no space left on device", len(self.appended) - self.written)
        await super().commit()


@pytest.mark.covers("G1")
def test_a_full_disk_holds_no_turn_and_loses_no_event() -> None:
    """The failure is in the log once, and once there is room again all of it is written, in order."""

    async def main() -> None:
        journal = FullJournal()
        async with scene([[CallTool("nap", {"seconds": 1})], [Say("done")]], journal=journal) as stage:
            journal.full = True
            terminal = await stage.turn()
            assert isinstance(terminal, TurnCompleted)
            (failed,) = stage.of(JournalFailed)
            assert "no space left on device" == failed.message
            assert 0 < (failed.pending or 0)
            assert journal.written < len(journal.appended)
            journal.full = False
            await stage.session.send_mail("news")
            assert journal.written == len(journal.appended)
            journal.full = True
            await stage.session.send_mail("more")
            journal.full = False
        assert 2 == len(stage.of(JournalFailed))
        assert journal.closed
        assert list(range(len(journal.appended))) == [each.seq for each in journal.appended]

    run(main)


@pytest.mark.covers("F4")
def test_an_abort_does_not_hang_on_a_disk_that_fails() -> None:
    """The flush before `turn_aborted` fails, the log says so, and the turn ends."""

    async def main() -> None:
        journal = FullJournal()
        async with scene_in(PHASES[1], journal=journal) as (stage, turn_id):
            journal.full = True
            await stage.session.interrupt()
            assert isinstance(await stage.ended(turn_id), TurnAborted)
            assert [turn_id] == [event.turn_id for event in stage.of(JournalFailed) if event.turn_id]
            assert [] == stage.of(JournalFlushed)
            assert SessionPhase.IDLE is stage.session.state.session
            journal.full = False

    run(main)


def test_a_journal_that_stays_behind_is_told_at_the_end() -> None:
    """Whoever closes a session learns how many events are not written, and why."""

    async def main() -> None:
        journal = FullJournal()
        opened = scene([[Say("done")]], journal=journal)
        stage = await opened.__aenter__()
        await stage.turn()
        journal.full = True
        with pytest.raises(SessionFailed, match=r"behind by \d+ events: no space left on device"):
            await opened.__aexit__(None, None, None)

    run(main)


@pytest.mark.covers("G1")
def test_a_slow_subscriber_delays_nobody_and_is_told_what_it_missed() -> None:
    """The turn ends while it sleeps; the log says from where on it has to read, and how many."""

    async def main() -> None:
        async with scene([[CallTool("nap", {"seconds": 1})], [Say("done")]]) as stage:
            slow = stage.session.events("slow", buffer=4)
            terminal = await stage.turn()
            assert isinstance(terminal, TurnCompleted)
            got: list[Envelope] = []
            for _ in range(4):
                news = await anext(slow)
                assert isinstance(news, Envelope)
                got.append(news)
            lag = await stage.seen(SubscriberLagged)
            assert "slow" == lag.subscriber
            assert got[-1].seq + 1 == lag.first_seq
            rest = await anext(slow)
            assert isinstance(rest, Envelope)
            assert isinstance(rest.event, SubscriberLagged)
            assert (lag.first_seq or 0) + (lag.missed or 0) == rest.seq

    run(main)


@attrs.define
class Objecting:
    """A verifier that objects to the first event of some kind."""

    kind: type
    seen: list[Envelope] = attrs.field(factory=list[Envelope])
    finished: bool = False

    def recall(self, log: Sequence[Envelope]) -> None:
        """Take in what was before."""
        self.seen.extend(log)

    def observe(self, envelope: Envelope) -> None:
        """Object."""
        self.seen.append(envelope)
        if isinstance(envelope.event, self.kind):
            raise ValueError(f"no {self.kind.__name__}, please")

    def finish(self) -> None:
        """The end."""
        self.finished = True


@pytest.mark.findings("TF306", why="the session breaks down within its turn, which stays open")
def test_a_verifier_that_objects_ends_the_session() -> None:
    """The caller is cancelled where it stands and told why; the journal is closed, the verifier finished."""

    async def main() -> None:
        verifier, journal = Objecting(TurnStarted), MemoryJournal()
        model = ScriptedModel([[Say("done")]])

        async def use() -> None:
            async with open_session(model, OPTIONS, Parts(journal=journal), verify=verifier) as session:
                await session.submit("go")
                await trio.sleep_forever()

        with pytest.raises(SessionFailed, match="no TurnStarted, please") as raised:
            await use()
        assert isinstance(raised.value.__cause__, ValueError)
        assert verifier.finished
        assert journal.closed

    run(main)


def test_a_verifier_sees_all_of_the_log() -> None:
    """What was before a resume it recalls, what happens it observes."""

    async def main() -> None:
        first = Objecting(JournalFailed)
        journal = MemoryJournal()
        async with open_session(
            ScriptedModel([[Say("a")]]), OPTIONS, Parts(journal=journal), verify=first
        ) as one:
            started = await one.submit("go")
            await one.finished(getattr(started, "turn_id", ""))
        assert journal.appended == first.seen
        second, later = Objecting(JournalFailed), MemoryJournal()
        whole = Parts(journal=later)
        async with open_session(ScriptedModel(), OPTIONS, whole, verify=second, resume=journal.appended):
            pass
        assert [*journal.appended, *later.appended] == second.seen

    run(main)


def test_an_unknown_verifier_is_refused_by_name() -> None:
    """The message lists those that are installed."""

    async def main() -> None:
        opened = open_session(ScriptedModel(), OPTIONS, verify="lively")
        with pytest.raises(
            ValueError, match=r"no verifier is installed under the name 'lively'; there are: .*live"
        ):
            await opened.__aenter__()

    run(main)


def test_work_in_the_background_that_fails_is_a_warning() -> None:
    """It takes nobody with it, and the log says what it was."""

    async def fail() -> None:
        await trio.lowlevel.checkpoint()
        raise OSError("gone")

    async def main() -> None:
        async with scene([[Say("done")]]) as stage:
            kernel = stage.session._kernel  # pyright: ignore[reportPrivateUsage]
            kernel.background.start("proxy", fail)
            warning = await stage.seen(WarningRaised)
            assert "proxy failed: OSError: gone" == warning.message
            assert isinstance(await stage.turn(), TurnCompleted)

    run(main)


def test_the_watch_over_the_tests_can_fail() -> None:
    """A session whose log has an event too many fails its test; one that is legal does not."""

    async def legal() -> None:
        async with scene([[Say("done")]]) as stage:
            await stage.turn()

    async def forged() -> None:
        async with scene([[Say("done")]]) as stage:
            await stage.turn()
            forge(stage)

    with watching():
        run(legal)
    with pytest.raises(pytest.fail.Exception, match="the rules object to a log of this test"), watching():
        run(forged)
    with watching(["TF304"]):
        run(forged)
    missing = "expected findings that no log of this test has: TF304"
    with pytest.raises(pytest.fail.Exception, match=missing), watching(["TF304"]):
        run(legal)


def forge(stage: Scene) -> None:
    """Make the session take a second terminal event for what it is not."""
    actor = stage.session._kernel.actor  # pyright: ignore[reportPrivateUsage]
    at = actor.state.seq + 1
    event = TurnCompleted(turn_id="turn-1")
    actor._journal.append(  # pyright: ignore[reportPrivateUsage]
        Envelope(session_id="session-1", seq=at, at_us=actor._clock.now_us(), event=event)  # pyright: ignore[reportPrivateUsage]
    )
    actor.state = attrs.evolve(actor.state, seq=at)
    assert ["TurnCompleted", "TurnCompleted"] == order(stage.log, TurnCompleted)
