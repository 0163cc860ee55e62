"""Opening a session: its parts put together, its machinery started, and all of it ended in order."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from importlib import metadata

import attrs
import trio

from turnfold.core.commands import Open, Resume, Shutdown
from turnfold.core.effects import ConcludeAbort, StartTask
from turnfold.core.engine.actor import Verifier
from turnfold.core.engine.approvals import CommandPolicy, Reviews, RuleSink, Services
from turnfold.core.engine.causes import root_of
from turnfold.core.engine.history import History
from turnfold.core.engine.hooks import Hooks
from turnfold.core.engine.kernel import Hands, Kernel
from turnfold.core.engine.models import Backoff
from turnfold.core.engine.options import SessionOptions
from turnfold.core.engine.plugs import Fitted, Interior, Plug
from turnfold.core.engine.ports import (
    Clock,
    Desk,
    Ids,
    Journal,
    JournalError,
    Model,
    Reviewer,
    Sandbox,
    Tool,
    TurnOver,
)
from turnfold.core.engine.session import Session
from turnfold.core.engine.system import NoJournal, RandomIds, WallClock
from turnfold.core.engine.turn import Kit, PermissionPort, SessionDesk, TurnDesk, TurnHooks, TurnTask
from turnfold.core.lifecycle import IllegalEvent, SequenceError, TurnPhase
from turnfold.core.reduce import fold
from turnfold.core.results import Refused
from turnfold.core.state import INITIAL, State
from turnfold.events import Envelope, WarningRaised

DEFAULTS = SessionOptions()


class SessionFailed(Exception):
    """The session broke down: its journal could not be opened, a rule was violated under watch, or a defect."""


def _tools(given: Iterable[Tool]) -> tuple[Tool, ...]:
    return tuple(given)


def _plugs(given: Iterable[Plug]) -> tuple[Plug, ...]:
    return tuple(given)


@attrs.frozen(kw_only=True)
class Parts:
    """What a session works with, besides its model. What is absent is not there: no hooks, no sandbox, ..."""

    tools: tuple[Tool, ...] = attrs.field(default=(), converter=_tools)
    journal: Journal = attrs.field(factory=NoJournal)
    hooks: Hooks | None = None
    reviewer: Reviewer | None = None
    commands: CommandPolicy | None = None
    rules: RuleSink | None = None
    sandbox: Sandbox | None = None
    plugs: tuple[Plug, ...] = attrs.field(default=(), converter=_plugs)
    """Parts that need the session they serve."""
    backoff: Backoff = attrs.field(factory=Backoff)
    clock: Clock = attrs.field(factory=WallClock)
    ids: Ids = attrs.field(factory=RandomIds)


@asynccontextmanager
async def open_session(
    model: Model,
    options: SessionOptions = DEFAULTS,
    parts: Parts | None = None,
    *,
    verify: Verifier | str | None = None,
    resume: Iterable[Envelope] = (),
    state: State | None = None,
) -> AsyncGenerator[Session]:
    """Run a session as long as the context is open.

    Leaving the context, in whatever way, shuts the session down in order: the running turn is aborted by the
    book, processes are killed, the journal is flushed. A cancellation of the caller does the same.

    Args:
        model: whom to ask.
        options: settings.
        parts: tools, journal, hooks and so on.
        verify: watches every event; an installed verifier's name, such as `live`, or an object.
        resume: the log to go on from; a turn that is open in it is aborted first.
        state: the state in which the log ends, where it is no plain fold: somebody else, such as Codex, went on
            with it, and `turnfold.replay.read_back` inferred what they left out.

    Raises SessionFailed when the session breaks down; the caller's own exceptions pass as they are.
    """
    machine = _Machine(
        model, options, parts or Parts(), verifier=_verifier(verify), state=state, resume=resume
    )
    kept: BaseException | None = None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(machine.run)
        try:
            with machine.body:
                await machine.ready.wait()
                yield machine.session
        except BaseException as error:  # noqa: BLE001  raised again below, once the session has ended
            kept = error
        machine.leave()
    if machine.stroke is not None:
        raise machine.stroke
    if machine.crash is not None:
        cause = root_of(machine.crash)
        raise SessionFailed(str(cause)) from cause
    if kept is not None:
        raise kept


def _verifier(verify: Verifier | str | None) -> Verifier | None:
    if not isinstance(verify, str):
        return verify
    found = metadata.entry_points(group="turnfold.verifiers", name=verify)
    for entry in found:
        verifier: Verifier = entry.load()()
        return verifier
    known = ", ".join(sorted({entry.name for entry in metadata.entry_points(group="turnfold.verifiers")}))
    raise ValueError(f"no verifier is installed under the name {verify!r}; there are: {known or 'none'}")


@cache
def _version() -> str:
    """The installed version. Looked up once: it is read from a file."""
    return metadata.version("turnfold")


def _folded(log: Iterable[Envelope]) -> State:
    try:
        return fold(log, INITIAL)
    except (IllegalEvent, SequenceError) as error:
        raise SessionFailed(
            f"the session cannot go on from this log: {error}; `turnfold salvage` makes a copy that can be resumed"
        ) from error


class _Machine:
    """The session's machinery, in a task of its own that no cancellation of the caller reaches."""

    def __init__(
        self,
        model: Model,
        options: SessionOptions,
        parts: Parts,
        *,
        verifier: Verifier | None,
        state: State | None,
        resume: Iterable[Envelope],
    ) -> None:
        log = list(resume)
        self.options = options
        self.parts = parts
        self.verifier = verifier
        self.body = trio.CancelScope()
        self.opening = trio.CancelScope()
        self.fitted = not parts.plugs
        """Whether the parts are plugged in: from then on the session opens and ends by the book."""
        self.left = False
        self.crash: Exception | None = None
        self.stroke: BaseException | None = None
        """What hit an effect and is to end the program: KeyboardInterrupt, SystemExit."""
        self.closers: list[Callable[[], Awaitable[None]]] = []
        if verifier is not None:
            verifier.recall(log)
        self.history = History()
        self.history.fold(log)
        self.resumed = bool(log)
        self.kernel = Kernel(
            _folded(log) if state is None else state,
            parts.journal,
            parts.clock,
            parts.ids,
            verifier=verifier,
            take=self.history.take,
            struck=self._struck,
        )
        self.kit = self._kit(model)
        self.session = Session(self.kernel)
        self.ready = trio.Event()

    def _kit(self, model: Model) -> Kit:
        parts, options = self.parts, self.options
        hooks = parts.hooks if options.hooks_enabled else None
        if hooks is not None:
            hooks = attrs.evolve(hooks, background=self.kernel.background, profile=options.profile)
        kit = Kit(
            kernel=self.kernel,
            options=options,
            model=model,
            tools={tool.name: tool for tool in parts.tools},
            history=self.history,
            hooks=hooks,
            sandbox=parts.sandbox,
            journal=parts.journal,
            backoff=parts.backoff,
            start_source="resume" if self.resumed else "startup",
        )
        kit.services = Services(
            hooks=None if hooks is None else PermissionPort(kit),
            reviews=None if parts.reviewer is None else Reviews(parts.reviewer),
            commands=parts.commands,
            rules=parts.rules,
        )
        return kit

    def _struck(self, stroke: BaseException) -> None:
        """Let the caller raise what hit an effect, once the session has ended in order."""
        self.stroke = stroke
        self.body.cancel()

    @trio.lowlevel.enable_ki_protection
    async def run(self) -> None:
        """Start, say so, work until the session is over."""
        with trio.CancelScope(shield=True):
            try:
                await self._work()
            except Exception as error:  # noqa: BLE001  told to the caller, whose task is cancelled for it
                self.crash = error
                self.kernel.give_up()
                self.body.cancel()
            finally:
                self.ready.set()

    def leave(self) -> None:
        """Begin to shut down, wherever the session is. A part that is still being plugged in is cancelled."""
        self.left = True
        if not self.fitted:
            self.opening.cancel()
        elif self.ready.is_set():
            self.kernel.actor.post(Shutdown())

    async def _work(self) -> None:
        kernel = self.kernel
        await kernel.yard.open()
        try:
            async with trio.open_nursery() as nursery:
                kernel.enter(nursery)
                with self.opening:
                    await self._live()
                if self.opening.cancelled_caught:
                    kernel.give_up()
                nursery.cancel_scope.cancel()
        finally:
            await kernel.yard.close()
            await self._end()

    async def _live(self) -> None:
        async with AsyncExitStack() as stack:
            warnings = await self._fit(stack)
            await trio.lowlevel.checkpoint_if_cancelled()
            self.fitted = True
            await self._begin()
            for text in warnings:
                await self.kernel.put(WarningRaised(message=text))
            self.ready.set()
            if self.left:
                self.kernel.actor.post(Shutdown())
            await self.kernel.stopped.wait()

    async def _fit(self, stack: AsyncExitStack) -> list[str]:
        """Plug in the parts that need the session; return what they have to say."""
        warnings: list[str] = []
        for plug in self.parts.plugs:
            fitted: Fitted = await stack.enter_async_context(plug(self._interior()))
            self.kit.tools |= {tool.name: tool for tool in fitted.tools}
            if fitted.network is not None:
                self.kit.services = attrs.evolve(self.kit.services, network=fitted.network)
            if fitted.settle is not None:
                self.kit.settlers.append(fitted.settle)
            if fitted.closing is not None:
                self.closers.append(fitted.closing)
            warnings += fitted.warnings
        return warnings

    def _interior(self) -> Interior:
        kernel, kit = self.kernel, self.kit
        return Interior(
            state=lambda: kernel.state,
            current=self._current,
            terms=lambda: kit.terms(kernel.state),
            desk=SessionDesk(kernel),
            spawn=kernel.yard.start,
            background=kernel.background,
            start_up=kernel.startup.start,
            hooks=None if kit.hooks is None else PermissionPort(kit),
            reviews=kit.services.reviews,
            clock=self.parts.clock,
            ids=self.parts.ids,
        )

    def _current(self) -> Desk | None:
        """The desk of the turn that runs; a turn that is being aborted has nobody to ask any more."""
        turn = self.kernel.state.turn
        running = turn is not None and turn.phase is TurnPhase.RUNNING
        return TurnDesk(self.kernel, turn.turn_id) if turn is not None and running else None

    async def _begin(self) -> None:
        kernel, options = self.kernel, self.options
        last = None if self.kit.hooks is None else self._interrupted
        kernel.hands = Hands(task=self._task, interrupted=last, closing=self._closing)
        handlers = 0 if self.kit.hooks is None else len(self.kit.hooks.config.handlers)
        session_id = kernel.state.session_id or options.session_id or self.parts.ids.new("session")
        configuration = options.configured(session_id, handlers)
        if self.resumed:
            turn = kernel.state.turn
            resume = Resume(
                configuration=configuration,
                through_seq=kernel.state.seq,
                open_turn_id=None if turn is None else turn.turn_id,
            )
            kernel.resuming = True
            await kernel.catch_up()
            result = await kernel.ask(resume)
            kernel.resuming = False
        else:
            created = datetime.fromtimestamp(self.parts.clock.now_us() / 1e6, UTC)
            text = created.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            identity = options.identity(session_id, text, _version())
            result = await kernel.ask(Open(identity=identity, configuration=configuration))
        if isinstance(result, Refused):
            raise SessionFailed(f"the session cannot go on from this log: {result.message}")

    async def _task(self, start: StartTask) -> None:
        await TurnTask(self.kit, start).run()

    async def _interrupted(self, effect: ConcludeAbort) -> None:
        hooks = TurnHooks(self.kit, SessionDesk(self.kernel), effect.turn_id)
        with suppress(TurnOver):
            await hooks.interrupted()

    async def _closing(self) -> None:
        for close in self.closers:
            await close()
        with suppress(TurnOver):
            await TurnHooks(self.kit, SessionDesk(self.kernel)).session_end()

    async def _end(self) -> None:
        """Close the journal and the feed, whatever happened."""
        self.kernel.feed.close()
        self.kernel.ends.close()
        try:
            if self.verifier is not None:
                self.verifier.finish()
        finally:
            await self._close_journal()

    async def _close_journal(self) -> None:
        try:
            await self.parts.journal.aclose()
        except JournalError as error:
            raise SessionFailed(
                f"the journal is behind by {error.pending} events: {error.message}"
            ) from error
