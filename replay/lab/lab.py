"""A session in a schedule: its clients, what each of them asked and was told, and what its reader saw."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import attrs
import trio

from turnfold.core.engine import Session
from turnfold.core.engine.fakes import ScriptedModel
from turnfold.core.engine.feed import Subscription
from turnfold.core.lifecycle import SessionPhase, TurnPhase
from turnfold.core.results import Started, Steered
from turnfold.events import (
    ApprovalRequested,
    Envelope,
    Event,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
)
from turnfold.replay.lab.cast import AFTER, LabJournal, Shell
from turnfold.replay.linear import Calls

E = TypeVar("E", bound=Event)
T = TypeVar("T")

MAIN: Final = "main"
"""The client that is the race itself, before and after its parties."""


@attrs.define(eq=False, kw_only=True)
class Lab:
    """A running session, for the parties of a race.

    Whoever calls a method is a client with the name of its task, or `main` outside of `race`. All that clients ask and
    are told is in `calls`.
    """

    session: Session
    model: ScriptedModel
    journal: LabJournal
    shell: Shell
    news: Subscription
    outside: trio.CancelScope
    cancelled: bool = False
    """Whether the whole session is cancelled from outside during the race."""
    given_up: bool = False
    """Whether the parties are cancelled during the race, and the session is not."""
    calls: Calls = attrs.field(factory=Calls)
    read_from: int = attrs.field(init=False)
    """How many events the log had when the reader began."""
    delivered: list[Envelope] = attrs.field(factory=list[Envelope])
    """What a reader of the session's events was given, in its order."""
    complaints: list[str] = attrs.field(factory=list[str])
    """What was wrong while it ran, each with a code in front."""
    log_end: int | None = None
    """How many events the log had when the race was over; what follows only checks that the session goes on."""
    _arrived: trio.lowlevel.ParkingLot = attrs.field(factory=trio.lowlevel.ParkingLot)
    _main: trio.lowlevel.Task = attrs.field(factory=trio.lowlevel.current_task)

    def __attrs_post_init__(self) -> None:
        self.read_from = len(self.journal.appended)

    # The reader.

    async def read(self) -> None:
        """Be the reader of the session's events, until it ends."""
        async for news in self.news:
            assert isinstance(news, Envelope)
            self.delivered.append(news)
            self._look(news)
            self._arrived.unpark_all()

    def _look(self, news: Envelope) -> None:
        """Whoever reads an event finds it written, and the session idle behind the end of a turn (F5, G1)."""
        if news.seq - self.journal.appended[0].seq >= self.journal.written:
            self.complaints.append(f"early: {news.event.kind} was seen before the journal had it")
        event, turn = news.event, self.session.state.turn
        if isinstance(event, TurnCompleted | TurnAborted | TurnCleared):
            held = turn is not None and turn.turn_id == event.turn_id
            self.complaints += [f"busy: {event.kind} was seen while its turn held the slot"] if held else []

    async def seen(self, kind: type[E], count: int = 1) -> E:
        """Wait until the reader has seen *count* events of a kind, and return that one."""
        while True:
            found = [envelope.event for envelope in self.delivered if isinstance(envelope.event, kind)]
            if len(found) >= count:
                return found[count - 1]
            await self._arrived.park()

    # The clients.

    async def _ask(self, op: str, work: Callable[[], Awaitable[T]], **given: object) -> T:
        task = trio.lowlevel.current_task()
        return await self.calls.of(MAIN if task is self._main else task.name, op, work, **given)

    async def submit(self, text: str = "go") -> object:
        """Give input."""
        return await self._ask("submit", lambda: self.session.submit(text), text=text)

    async def steer(self, text: str = "more", expected_turn_id: str | None = None) -> object:
        """Give input to the turn that runs."""
        return await self._ask(
            "steer",
            lambda: self.session.steer(text, expected_turn_id=expected_turn_id),
            text=text,
            expected_turn_id=expected_turn_id,
        )

    async def interrupt(self, turn_id: str | None = None) -> object:
        """End the turn that runs."""
        return await self._ask("interrupt", lambda: self.session.interrupt(turn_id), turn_id=turn_id)

    async def answer(self, decision: str = "approved") -> object:
        """Answer the question that was seen last."""
        asked = [each.event for each in self.delivered if isinstance(each.event, ApprovalRequested)]
        approval_id = asked[-1].approval_id if asked else "none"
        return await self._ask(
            "answer",
            lambda: self.session.answer(approval_id, decision),
            approval_id=approval_id,
            decision=decision,
        )

    async def compact(self) -> object:
        """Have the history summed up, in place of the turn that runs."""
        return await self._ask("compact", self.session.compact)

    async def review(self, text: str = "my change") -> object:
        """Have a change reviewed, in place of the turn that runs."""
        return await self._ask("review", lambda: self.session.review(text), text=text)

    async def send_mail(self, text: str = "mail", *, trigger_turn: bool = True) -> object:
        """Put mail of another agent into the mailbox."""
        return await self._ask(
            "send_mail",
            lambda: self.session.send_mail(text, trigger_turn=trigger_turn),
            text=text,
            trigger_turn=trigger_turn,
        )

    async def shutdown(self) -> object:
        """End the session."""
        return await self._ask("shutdown", self.session.shutdown)

    async def finished(self, turn_id: str) -> object:
        """Wait for the end of a turn."""
        return await self._ask("finished", lambda: self.session.finished(turn_id), turn_id=turn_id)

    # The race.

    async def begin(self, text: str = "go") -> str:
        """Give input and return the id of the turn that takes it."""
        result = await self.submit(text)
        assert isinstance(result, Started | Steered), result
        return result.turn_id

    async def race(self, **parties: Callable[[], Awaitable[object]]) -> None:
        """Run *parties* at once, each in a task of its name, and wait for all of them.

        Where the race is to be cancelled, from outside or by its clients, the one who cancels is one more party.
        """
        async with trio.open_nursery() as others, trio.open_nursery() as clients:
            for name, party in parties.items():
                clients.start_soon(party, name=name)
            if self.cancelled:
                others.start_soon(self._cancel, self.outside, name="outside")
            if self.given_up:
                others.start_soon(self._cancel, clients.cancel_scope, name="quitter")

    @staticmethod
    async def _cancel(scope: trio.CancelScope) -> None:
        scope.cancel()
        await trio.lowlevel.checkpoint_if_cancelled()

    async def settle(self) -> None:
        """Wait until no turn runs, and none is about to. A question that nobody is left to answer is withdrawn."""
        # Requests are taken in their order: behind this one nothing is left of those that were given up.
        await self.session.interrupt("no turn")
        while (turn := self.session.state.turn) is not None:
            if turn.phase is TurnPhase.RUNNING and self.session.state.approvals:
                await self.interrupt()
            else:
                await self._arrived.park()

    async def afterwards(self) -> None:
        """Check that the session goes on: it takes input and comes to the end of its turn."""
        self.log_end = len(self.journal.appended)
        if self.session.state.session is not SessionPhase.IDLE:
            return
        result = await self.submit(AFTER)
        if not isinstance(result, Started):
            self.complaints.append(f"stuck: after the race, input is answered with {result!r}")
            return
        end = await self.finished(result.turn_id)
        if not isinstance(end, TurnCompleted) or end.error is not None:
            self.complaints.append(f"stuck: after the race, a turn ends with {end!r}")
