"""The actor: takes commands one at a time, so that everything that races meets here and what won is in the log."""

import math
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import attrs
import trio

from turnfold.core.commands import Command, Conclude, FinishTurn, FlushEnded, Interrupt, Record, SendMail
from turnfold.core.decide import Decision, decide, is_aborting, next_trigger
from turnfold.core.effects import Effect, FlushJournal
from turnfold.core.engine.ports import Clock, Ids, Journal, JournalError
from turnfold.core.react import react
from turnfold.core.results import Result
from turnfold.core.state import State
from turnfold.events import Envelope, JournalFailed

BATCH: Final = 256
"""Commands that are decided before the journal is written; one write, and one sync, serve all of them."""


class Verifier(Protocol):
    """Watches the session. The rules that judge files judge it with one of these."""

    def recall(self, log: Sequence[Envelope]) -> None:
        """Take in what the log of a resumed session holds already; empty for a new one. Ends nothing."""
        ...

    def observe(self, envelope: Envelope) -> None:
        """Take in the next event. What it raises ends the session."""
        ...

    def finish(self) -> None:
        """The log has ended."""
        ...


@attrs.define(eq=False)
class Asked:
    """A command on its way, and where its result goes."""

    command: Command
    result: Result | None = None
    answered: trio.Event | None = None


@attrs.frozen
class Step:
    """A decided command."""

    asked: Asked
    envelopes: Sequence[Envelope]
    effects: Sequence[Effect]
    decision: Decision


class Actor:
    """Decides, journals, and only then lets the world see and feel it.

    Args:
        state: where to go on from; the fold of what the journal holds.
        perform: does an effect, without waiting.
        publish: gives an event to the subscribers.
    """

    def __init__(
        self,
        state: State,
        journal: Journal,
        clock: Clock,
        ids: Ids,
        *,
        perform: Callable[[Effect], None],
        publish: Callable[[Envelope], None],
        verifier: Verifier | None = None,
    ) -> None:
        self.state = state
        self._journal = journal
        self._clock = clock
        self._ids = ids
        self._perform = perform
        self._publish = publish
        self._verifier = verifier
        self._send, self._receive = trio.open_memory_channel[Asked](math.inf)
        self._parked: list[Asked] = []
        self._batch: list[Asked] = []
        """The commands in hand: whoever gave them is told that nothing comes, should the actor break down over one."""
        self.over = False
        self.journal_error: JournalError | None = None
        """Why the journal is behind; None when it is not."""

    def post(self, command: Command) -> None:
        """Hand in a command and go on; nothing happens once the session is over."""
        if not self.over:
            self._send.send_nowait(Asked(command))

    async def ask(self, command: Command) -> Result | None:
        """Hand in a command and wait for its result; None when the session ended first.

        What was decided stays decided if the wait is cancelled.
        """
        if self.over:
            await trio.lowlevel.checkpoint()
            return None
        answered = trio.Event()
        asked = Asked(command, answered=answered)
        self._send.send_nowait(asked)
        await answered.wait()
        return asked.result

    async def run(self) -> None:
        """Take commands until `stop`."""
        while not self.over:
            self._batch = [await self._receive.receive()]
            while len(self._batch) < BATCH:
                try:
                    self._batch.append(self._receive.receive_nowait())
                except trio.WouldBlock:
                    break
            steps = [step for asked in self._batch for step in self._take(asked)]
            await self._commit()
            for step in steps:
                await self._release(step)

    def stop(self) -> None:
        """The last step was taken; whoever still waits is told that nothing comes."""
        self.over = True
        waiting = [*self._batch, *self._parked]
        while True:
            try:
                waiting.append(self._receive.receive_nowait())
            except trio.WouldBlock:
                break
        for asked in waiting:
            if asked.answered is not None:
                asked.answered.set()

    def _take(self, asked: Asked) -> list[Step]:
        steps = [self._decide(asked)]
        while self._parked and not is_aborting(self.state) and not steps[-1].decision.parked:
            steps.append(self._decide(self._parked.pop(0)))
        return steps

    def _decide(self, asked: Asked) -> Step:
        command, before = asked.command, self.state
        decision = decide(before, self._with_turn_id(command))
        self.state = decision.state
        if decision.parked:
            self._parked.append(asked)
        asked.result = decision.result
        envelopes: list[Envelope] = []
        if decision.events:
            envelopes = self._seal(decision, before, type(command).__name__)
        return Step(asked, envelopes, react(before, decision.events, decision.state), decision)

    def _seal(self, decision: Decision, before: State, cause: str) -> list[Envelope]:
        session_id, at_us = decision.state.session_id, self._clock.now_us()
        envelopes = [
            Envelope(session_id=session_id, seq=seq, at_us=at_us, cause=cause, event=event)
            for seq, event in enumerate(decision.events, before.seq + 1)
        ]
        for envelope in envelopes:
            self._journal.append(envelope)
        return envelopes

    def _with_turn_id(self, command: Command) -> Command:
        """Bring the id for a next turn, where there may be one; what is parked goes first."""
        if self._parked or not isinstance(command, Interrupt | SendMail | FinishTurn | Conclude):
            return command
        if next_trigger(self.state) is None and not isinstance(command, SendMail):
            return command
        return attrs.evolve(command, next_turn_id=self._ids.new("turn"))

    async def _commit(self) -> None:
        try:
            await self._journal.commit()
        except JournalError as error:
            self._note(error)
        else:
            self.journal_error = None

    def _note(self, error: JournalError) -> None:
        """Say once that the journal is behind; the session goes on, for what it holds is kept (law 6)."""
        known, self.journal_error = self.journal_error, error
        if known is None:
            self.post(Record(events=(JournalFailed(message=error.message, pending=error.pending),)))

    async def _release(self, step: Step) -> None:
        for envelope in step.envelopes:
            if self._verifier is not None:
                self._verifier.observe(envelope)
            self._publish(envelope)
        for effect in step.effects:
            await self.carry_out(effect)
        if step.asked.answered is not None and not step.decision.parked:
            step.asked.answered.set()

    async def carry_out(self, effect: Effect) -> None:
        """Do *effect*: flush here, where nothing else is written meanwhile, or hand it on."""
        if isinstance(effect, FlushJournal):
            await self._flush(effect.turn_id)
        else:
            self._perform(effect)

    async def _flush(self, turn_id: str) -> None:
        try:
            await self._journal.flush()
        except JournalError as error:
            self.post(FlushEnded(turn_id=turn_id, error=error.message, pending=error.pending))
        else:
            self.post(FlushEnded(turn_id=turn_id, through_seq=self.state.seq))
