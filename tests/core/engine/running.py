"""A session on fakes: opened, driven and looked at by tests."""

from __future__ import annotations

import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Any, TypeVar

import attrs
import trio
import trio.testing

from turnfold.core.engine import Parts, Session, SessionOptions, open_session
from turnfold.core.engine.fakes import CountedIds, MemoryJournal, NoFiles, ScriptedModel, Step, TrioClock
from turnfold.core.engine.hooks import CommandRunner, Hooks, Spiller
from turnfold.core.engine.owntools import tool
from turnfold.core.engine.ports import Processes
from turnfold.core.hooks.config import HookConfig
from turnfold.core.results import Started, Steered
from turnfold.events import Envelope, Event, ToolCallOutput, TurnAborted, TurnCompleted

Log = list[Envelope]
Script = Sequence[Sequence[Step]]
E = TypeVar("E", bound=Event)

HOURS: float = 24 * 3600
"""Virtual seconds after which whatever still waits is taken to hang."""

REAL_S = 60
"""Real seconds after which a test is taken to hang where no cancellation reaches."""

OPTIONS = SessionOptions(cwd="/work", model="scripted")


class Hanging(BaseException):
    """The test did not end, and no cancellation ended it."""


@contextmanager
def _alarm() -> Generator[None]:
    def ring(_number: int, _frame: FrameType | None) -> None:
        raise Hanging(f"the test did not end within {REAL_S} real seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(REAL_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run *test* on a clock that jumps; a test that hangs fails."""

    async def main() -> None:
        with trio.fail_after(HOURS):
            await test()

    with _alarm():
        trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


@tool(asks=False)
async def nap(seconds: float) -> str:
    """Sleep, and end when told to."""
    await trio.sleep(seconds)
    return f"slept {seconds:g} s"


@tool(name="rest", asks=False, parallel=True)
async def rest(seconds: float) -> str:
    """Sleep beside others."""
    await trio.sleep(seconds)
    return f"rested {seconds:g} s"


@tool(name="risky", asks=True)
async def risky(what: str) -> str:
    """Do what somebody has to allow first."""
    await trio.lowlevel.checkpoint()
    return f"did {what}"


@tool(name="stubborn", asks=False)
async def stubborn(seconds: float) -> str:
    """Sleep, and not end when told to."""
    with trio.CancelScope(shield=True):
        await trio.sleep(seconds)
    return "at last"


@tool(name="broken", asks=False)
async def broken() -> str:
    """Raise."""
    await trio.lowlevel.checkpoint()
    raise LookupError("no such thing")


@attrs.define(eq=False)
class Scene:
    """A running session and what was seen of it."""

    session: Session
    model: ScriptedModel
    journal: MemoryJournal
    delivered: list[Envelope] = attrs.field(factory=list[Envelope])
    """What a subscriber was given, in its order."""
    early: list[Envelope] = attrs.field(factory=list[Envelope])
    """What it was given before the journal had it."""
    _arrived: trio.lowlevel.ParkingLot = attrs.field(factory=trio.lowlevel.ParkingLot)

    @property
    def log(self) -> list[Event]:
        """All events that the journal was given."""
        return [envelope.event for envelope in self.journal.appended]

    def of(self, kind: type[E]) -> list[E]:
        """The events of one kind in the log."""
        return of(self.log, kind)

    async def collect(self) -> None:
        """Be a subscriber until the session ends."""
        async for news in self.session.events():
            assert isinstance(news, Envelope)
            if news not in self.journal.appended[: self.journal.written] and self.journal.failures == 0:
                self.early.append(news)
            self.delivered.append(news)
            self._arrived.unpark_all()

    async def seen(self, kind: type[E], count: int = 1) -> E:
        """Wait until the subscriber has seen *count* events of a kind, and return that one."""
        while True:
            found = [envelope.event for envelope in self.delivered if isinstance(envelope.event, kind)]
            if len(found) >= count:
                return found[count - 1]
            await self._arrived.park()

    async def begin(self, text: str = "go") -> str:
        """Submit *text* and return the id of the turn that takes it."""
        result = await self.session.submit(text)
        assert isinstance(result, Started | Steered), result
        return result.turn_id

    async def ended(self, turn_id: str) -> TurnCompleted | TurnAborted:
        """Wait for the end of a turn."""
        while True:
            for envelope in self.delivered:
                event = envelope.event
                if isinstance(event, TurnCompleted | TurnAborted) and event.turn_id == turn_id:
                    return event
            await self._arrived.park()

    async def turn(self, text: str = "go") -> TurnCompleted | TurnAborted:
        """A whole turn: submit *text* and wait for its end."""
        return await self.ended(await self.begin(text))

    async def settle(self) -> None:
        """Let everything run that can without time passing."""
        await trio.testing.wait_all_tasks_blocked()


def outputs(stage: Scene) -> list[tuple[str | None, object, bool | None]]:
    """Call, output and success of every output, in the order of the log."""
    return [(event.call_id, event.output, event.success) for event in stage.of(ToolCallOutput)]


def of(log: Iterable[Event], kind: type[E]) -> list[E]:
    """The events of one kind, in order."""
    return [event for event in log if isinstance(event, kind)]


def order(log: Iterable[Event], *kinds: type[Event]) -> list[str]:
    """The names of those events of a log that are of some kinds, in order."""
    return [type(event).__name__ for event in log if isinstance(event, kinds)]


def hooks_of(config: HookConfig, processes: Processes) -> Hooks:
    """Hooks on scripted programs; nothing that they write is spilled."""
    return Hooks(
        config=config,
        runner=CommandRunner(processes=processes, env={"SHELL": "/bin/bash", "HOME": "/h"}),
        spiller=Spiller(folder="/home", files=NoFiles(), new_id=CountedIds().new),
    )


class LaterIds(CountedIds):
    """Ids of a later process: none of an earlier one comes again."""

    def __init__(self, process: int) -> None:
        super().__init__()
        self._process = process

    def new(self, kind: str) -> str:
        """Return the next id of *kind*."""
        return f"{super().new(kind)}-of-{self._process}"


def later(process: int = 2) -> dict[str, Any]:
    """The parts of a later process: an hour later, with ids of its own."""
    clock = TrioClock(1_776_100_000_000_000 + process * 3_600_000_000)
    return {"ids": LaterIds(process), "model_ids": LaterIds(process), "clock": clock}


TOOLS = (nap, rest, risky, stubborn)


@asynccontextmanager
async def scene(
    responses: Iterable[Iterable[Step]] = (),
    *,
    options: SessionOptions = OPTIONS,
    resume: Iterable[Envelope] = (),
    journal: MemoryJournal | None = None,
    **parts: Any,
) -> AsyncGenerator[Scene]:
    """A session on fakes, with a subscriber; *parts* are further `Parts`."""
    model = ScriptedModel(responses, parts.pop("model_ids", None))
    kept = MemoryJournal() if journal is None else journal
    standard: dict[str, Any] = {"tools": TOOLS, "clock": TrioClock(), "ids": CountedIds()}
    whole = Parts(journal=kept, **{**standard, **parts})
    error: BaseException | None = None
    async with trio.open_nursery() as nursery:
        try:
            async with open_session(model, options, whole, resume=resume) as session:
                stage = Scene(session, model, kept)
                nursery.start_soon(stage.collect)
                await trio.testing.wait_all_tasks_blocked()
                yield stage
        except BaseException as raised:  # noqa: BLE001  raised again below, without the nursery's group around it
            error = raised
    if error is not None:
        raise error
