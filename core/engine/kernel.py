"""The kernel: actor, yard and feed put together, and every effect carried out."""

from collections.abc import Awaitable, Callable

import attrs
import trio

from turnfold.core.commands import Close, Command, Conclude, Interrupt, Leftover, Record, ScopesGone, Unwound
from turnfold.core.effects import (
    AwaitUnwind,
    CancelScopes,
    CancelStartup,
    CloseSession,
    ConcludeAbort,
    DropWaiter,
    Effect,
    ReleaseWaiter,
    StartTask,
    Stop,
)
from turnfold.core.engine.actor import Actor, Verifier
from turnfold.core.engine.causes import in_words
from turnfold.core.engine.ends import Ends
from turnfold.core.engine.feed import Feed
from turnfold.core.engine.ports import Clock, Ids, Journal
from turnfold.core.engine.startup import StartUp
from turnfold.core.engine.waiters import Waiters
from turnfold.core.engine.yard import Running, Yard
from turnfold.core.react import react
from turnfold.core.results import Refused, Result
from turnfold.core.state import INITIAL, State
from turnfold.events import Envelope, Event, LateResultDropped, SubscriberLagged, WarningRaised

Task = Callable[[StartTask], Awaitable[None]]


class YardBackground:
    """See `ports.Background`: work of the session, in its yard."""

    def __init__(self, yard: Yard) -> None:
        self._yard = yard

    def start(self, effect_id: str, work: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        """Start *work* and return a function that cancels it."""
        return self._yard.start(effect_id, work).scope.cancel


@attrs.define
class Hands:
    """What the kernel has done by others: the session puts them in before it starts."""

    task: Task
    """Runs the task of a turn to its end."""

    interrupted: Callable[[ConcludeAbort], Awaitable[None]] | None = None
    """Runs what comes last in an interruption, such as its hooks; None when there is nothing."""

    closing: Callable[[], Awaitable[None]] | None = None
    """Closes what outlives turns; None when there is nothing."""


class Kernel:
    """The running heart of a session."""

    def __init__(
        self,
        state: State,
        journal: Journal,
        clock: Clock,
        ids: Ids,
        *,
        verifier: Verifier | None,
        take: Callable[[Event], None],
        struck: Callable[[BaseException], None],
    ) -> None:
        self.clock = clock
        self.ids = ids
        self.feed = Feed(self._lagged)
        self.yard = Yard(self._crashed, self._late, struck)
        self.waiters = Waiters()
        self.ends = Ends()
        self.startup = StartUp(self.yard)
        self.stopped = trio.Event()
        self.hands: Hands | None = None
        self.resuming = False
        self.began_us: dict[str, int] = {}
        """When each running turn began; a turn of a resumed log has no entry."""
        self.background = YardBackground(self.yard)
        self._take = take
        self._nursery: trio.Nursery | None = None
        self.actor = Actor(
            state,
            journal,
            clock,
            ids,
            perform=self.perform,
            publish=self._publish,
            verifier=verifier,
        )

    @property
    def state(self) -> State:
        """The session as it is now."""
        return self.actor.state

    async def ask(self, command: Command) -> Result | None:
        """Have *command* decided; None when the session ended first."""
        return await self.actor.ask(command)

    def enter(self, nursery: trio.Nursery) -> None:
        """Take commands in *nursery* until the session is over."""
        self._nursery = nursery
        nursery.start_soon(self._act)

    @trio.lowlevel.enable_ki_protection
    async def _act(self) -> None:
        """Run the actor. Ctrl-C must not hit it: without the actor no session ends in order."""
        await self.actor.run()

    async def catch_up(self) -> None:
        """Take up what a log that is resumed had left undone, before the first command."""
        for effect in react(INITIAL, (), self.state):
            await self.actor.carry_out(effect)

    def give_up(self) -> None:
        """The machinery broke: let nobody wait for it."""
        self.actor.stop()
        self.stopped.set()
        self.feed.close()
        self.ends.close()

    def _publish(self, envelope: Envelope) -> None:
        """The history first: whoever reads an event finds what it brought."""
        self._take(envelope.event)
        self.feed.publish(envelope)
        self.ends.take(envelope.event)

    async def put(self, *events: Event) -> bool:
        """Record events of the session, outside of turns. Whether they were."""
        result = await self.ask(Record(events=events))
        return result is not None and not isinstance(result, Refused)

    def perform(self, effect: Effect) -> None:
        """Carry out *effect*, or start to. Never waits."""
        match effect:
            case StartTask(turn_id=turn_id):
                self.yard.start(f"turn:{turn_id}", lambda: self._run_task(effect), turn_id=turn_id)
            case CancelScopes(turn_id=turn_id):
                scopes = self.yard.cancel(turn_id)
                self.actor.post(ScopesGone(turn_id=turn_id, scopes=scopes))
            case AwaitUnwind():
                self._soon(lambda: self._unwind(effect))
            case ConcludeAbort():
                self._conclude(effect)
            case ReleaseWaiter(answer=answer):
                self.waiters.release(answer)
            case DropWaiter(approval_id=approval_id):
                self.waiters.drop(approval_id)
            case CancelStartup():
                self.startup.cancel()
            case CloseSession():
                # A resumed log may end in the middle of its shutdown, or behind it; that one is over.
                if not self.resuming:
                    self._soon(self._close)
            case Stop():
                if not self.resuming:
                    self.actor.stop()
                    self.stopped.set()
            case _:
                raise AssertionError(f"the actor itself carries out {effect!r}")

    async def _run_task(self, effect: StartTask) -> None:
        assert self.hands is not None
        await self.hands.task(effect)

    async def _unwind(self, effect: AwaitUnwind) -> None:
        left = await self.yard.unwind(effect.turn_id, effect.grace_ms / 1000)
        abandoned = tuple(Leftover(effect_id=each.effect_id, call_id=each.call_id) for each in left)
        self.actor.post(Unwound(turn_id=effect.turn_id, grace_ms=effect.grace_ms, abandoned=abandoned))

    def _conclude(self, effect: ConcludeAbort) -> None:
        """End the abort; what is run before that is for interruptions only, and not for a session that resumes."""
        last = None if self.hands is None else self.hands.interrupted
        if last is None or effect.reason != "interrupted" or self.resuming:
            self.actor.post(self._conclusion(effect))
        else:
            work = last
            self._soon(lambda: self._last_words(effect, work))

    async def _last_words(
        self, effect: ConcludeAbort, work: Callable[[ConcludeAbort], Awaitable[None]]
    ) -> None:
        await self._told("what is run last in an interruption", lambda: work(effect))
        self.actor.post(self._conclusion(effect))

    def _conclusion(self, effect: ConcludeAbort) -> Conclude:
        now_us = self.clock.now_us()
        began_us = self.began_us.pop(effect.turn_id, None)
        return Conclude(
            turn_id=effect.turn_id,
            completed_at_s=now_us // 1_000_000,
            duration_ms=None if began_us is None else (now_us - began_us) // 1000,
        )

    async def _close(self) -> None:
        if self.hands is not None and self.hands.closing is not None:
            await self._told("closing the session", self.hands.closing)
        self.yard.cancel(None)
        grace_ms = self.state.behaviour.grace_ms
        await self.yard.unwind(None, (grace_ms or 0) / 1000)
        self.actor.post(Close(abandoned=tuple(self.yard.abandoned)))

    def _note(self, event: Event) -> None:
        """Record an event of the session, and go on."""
        self.actor.post(Record(events=(event,)))

    async def _told(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do *work*; what it raises is a warning in the log, for the session has to come to its end."""
        try:
            await work()
        except Exception as error:  # noqa: BLE001  hooks and plugs may raise anything
            text = f"{what} failed: {in_words(error)}"
            self._note(WarningRaised(message=text))

    def _soon(self, work: Callable[[], Awaitable[None]]) -> None:
        assert self._nursery is not None
        self._nursery.start_soon(self._do, work)

    @trio.lowlevel.enable_ki_protection
    async def _do(self, work: Callable[[], Awaitable[None]]) -> None:
        await work()

    def _crashed(self, running: Running, error: Exception) -> None:
        text = f"{running.effect_id} failed: {in_words(error)}"
        self._note(WarningRaised(message=text))
        if running.turn_id is not None and running.call_id is None:
            # The task of a turn catches what its work raises; should it fail itself, the turn must not stay open.
            self.actor.post(Interrupt(by="task", turn_id=running.turn_id))

    def _late(self, running: Running) -> None:
        late = LateResultDropped(
            effect_id=running.effect_id, turn_id=running.turn_id, call_id=running.call_id
        )
        self._note(late)

    def _lagged(self, name: str, missed: int, first_seq: int) -> None:
        lag = SubscriberLagged(subscriber=name, missed=missed, first_seq=first_seq)
        self._note(lag)
