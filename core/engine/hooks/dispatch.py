"""Runs the hooks of one event: started, all of them, completed, folded."""

import itertools
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final, Protocol

import attrs
import trio

from turnfold.core.engine.hooks.detached import DetachedOutputs, deliverable
from turnfold.core.engine.hooks.runner import CommandRunner
from turnfold.core.engine.hooks.spill import Spiller
from turnfold.core.engine.ports import Background
from turnfold.core.hooks import (
    Folded,
    HookEvent,
    HookInput,
    Outcome,
    TurnInput,
    UnserializableInput,
    fold,
    hook_prompt,
    interpret,
    run_id,
    stdin_of,
)
from turnfold.core.hooks.config import TOOL_ALIASES, Handler, HookConfig
from turnfold.events import Event, HookCompleted, HookDecided, HookEntry, HookStarted

NEVER_DECIDE: Final = frozenset({HookEvent.SESSION_END, HookEvent.INTERRUPT, HookEvent.SUBAGENT_START})
"""Events that take note of nothing but contexts: their fold is not recorded."""


class HookDesk(Protocol):
    """What the hooks need of a turn or a session; every `Desk` is one."""

    def now_us(self) -> int:
        """Wall time in microseconds since 1970."""
        ...

    def new_id(self, kind: str) -> str:
        """A fresh id."""
        ...

    async def record(self, *events: Event) -> None:
        """Record *events*, all or none. Raises TurnOver when they may not happen any more."""
        ...


@attrs.frozen(kw_only=True)
class _About:
    """What the runs of one event have in common."""

    event: HookEvent
    cwd: str
    session_id: str
    turn_id: str | None
    suffix: str | None
    call_id: str | None


@attrs.frozen
class _Ended:
    """How one run ended, when, and as which."""

    outcome: Outcome
    at_us: int
    place: int
    """How many runs had ended before."""


@attrs.frozen(kw_only=True)
class Hooks:
    """The hooks of a session.

    Args:
        config: the handlers. An empty one, as with the feature switched off, makes every `run` do nothing (A5).
        background: runs asynchronous handlers; without it they do not run.
        spiller: puts long outputs aside.
        profile: `seed` takes a denial that interrupts, `codex` refuses it as the releases of Codex do.
    """

    config: HookConfig
    runner: CommandRunner
    spiller: Spiller
    background: Background | None = None
    profile: str = "seed"
    _outputs: DetachedOutputs = attrs.field(factory=DetachedOutputs, init=False)

    async def run(
        self,
        desk: HookDesk,
        payload: HookInput,
        *,
        suffix: str | None = None,
        matcher_input: str | None = None,
        aliases: Sequence[str] = (),
        call_id: str | None = None,
        approval_id: str | None = None,
    ) -> Folded:
        """Run every handler that matches, and return what they decide together.

        All starts are recorded at once, then all run at the same time, and when the last is over their ends are
        recorded in configured order (B7, B8), and what they decided. With no handler that matches nothing is
        recorded. A result that wants an interruption begins none: that is up to the caller, who first records
        what it decides. Asynchronous handlers are begun and not waited for.

        Args:
            payload: what the hooks read.
            suffix: end of the run ids: the call id, `<call id>:retry`, the approval id, `network#...`.
            matcher_input: what the matcher looks at, where the payload does not say it.
            aliases: other names of the same tool, beside those in `TOOL_ALIASES`.
            call_id: the call that is asked about, for the log.
            approval_id: the question, where it is not that of a whole call.

        Raises TurnOver when the turn ended meanwhile; no run is begun then, or none of the ends is recorded.
        """
        named = _matched(payload) if matcher_input is None else matcher_input
        inputs = aliases if named is None else (named, *TOOL_ALIASES.get(named, ()), *aliases)
        handlers = self.config.matching(payload.event, inputs)
        waited = tuple(each for each in handlers if not each.detached)
        about = _About(
            event=payload.event,
            cwd=payload.cwd,
            session_id=payload.session_id,
            turn_id=payload.turn_id if isinstance(payload, TurnInput) else None,
            suffix=suffix,
            call_id=call_id,
        )
        starts = tuple(_started(each, about, desk.now_us()) for each in waited)
        if starts:
            await desk.record(*starts)
        ends = await self._ends(desk, payload, handlers, about)
        finished = sorted(range(len(ends)), key=lambda at: ends[at].place)
        folded = fold(payload.event, [end.outcome for end in ends], finished)
        if starts:
            completions = [_completed(start, end) for start, end in zip(starts, ends, strict=True)]
            await desk.record(*completions, *_decided(folded, about, approval_id, starts))
        prompts = tuple((at, hook_prompt(starts[at].run_id, text)) for at, text in folded.prompts)
        return attrs.evolve(folded, prompts=prompts)

    def drain_async_outputs(self) -> str | None:
        """Return what asynchronous hooks said, as a developer text for the next accepted turn of the user."""
        return self._outputs.drain()

    async def _ends(
        self, desk: HookDesk, payload: HookInput, handlers: Sequence[Handler], about: _About
    ) -> list[_Ended]:
        """Begin all *handlers*, and return the ends of those that are waited for, in order."""
        waited = [each for each in handlers if not each.detached]
        detached = [each for each in handlers if each.detached]
        try:
            stdin = stdin_of(payload)
        except UnserializableInput as fault:
            message = f"failed to serialize {about.event.words} hook input: {fault}"
            for _ in detached:
                self._outputs.add(about.event, f"Async hook failed to run: {message}")
            failed = Outcome(status="failed", entries=(HookEntry(kind="error", text=message),))
            return [_Ended(failed, desk.now_us(), at) for at in range(len(waited))]
        if self.background is not None:
            for handler in detached:
                self.background.start(desk.new_id("hook"), self._work(handler, stdin, about))
        return await self._run_all(desk, waited, stdin, about)

    async def _run_all(
        self, desk: HookDesk, handlers: Sequence[Handler], stdin: bytes, about: _About
    ) -> list[_Ended]:
        ends: dict[int, _Ended] = {}
        ended = itertools.count()

        async def one(at: int, handler: Handler) -> None:
            result = await self.runner.run(handler, stdin, about.cwd)
            ended_us, place = desk.now_us(), next(ended)
            outcome = interpret(about.event, result, self.profile)
            limit = handler.additional_context_limit
            ends[at] = _Ended(await self.spiller.outcome(outcome, about.session_id, limit), ended_us, place)

        async with trio.open_nursery() as nursery:
            for at, handler in enumerate(handlers):
                nursery.start_soon(one, at, handler)
        return [ends[at] for at in range(len(handlers))]

    def _work(self, handler: Handler, stdin: bytes, about: _About) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            result = await self.runner.run(handler, stdin, about.cwd)
            text = deliverable(about.event, result, self.profile)
            if text is not None:
                self._outputs.add(about.event, text)

        return work


def _matched(payload: HookInput) -> str | None:
    """Return what a matcher looks at: the tool, else the source, the trigger or the kind of agent (A3)."""
    for name in ("tool_name", "source", "trigger", "agent_type"):
        value: object = payload.constants.get(name, getattr(payload, name, None))
        if isinstance(value, str):
            return value
    return None


def _started(handler: Handler, about: _About, now_us: int) -> HookStarted:
    return HookStarted(
        run_id=run_id(about.event, handler.display_order, handler.source_path, about.suffix),
        turn_id=about.turn_id,
        event_name=about.event.snake,
        scope=about.event.scope,
        handler_type=handler.handler_type,
        execution_mode="sync",
        source_path=handler.source_path,
        source=handler.source,
        display_order=handler.display_order,
        status="running",
        status_message=handler.status_message,
        started_at_ms=now_us // 1000,
        call_id=about.call_id,
    )


def _completed(start: HookStarted, end: _Ended) -> HookCompleted:
    completed_at_ms = end.at_us // 1000
    return HookCompleted(
        run_id=start.run_id,
        turn_id=start.turn_id,
        event_name=start.event_name,
        scope=start.scope,
        handler_type=start.handler_type,
        execution_mode=start.execution_mode,
        source_path=start.source_path,
        source=start.source,
        display_order=start.display_order,
        status=end.outcome.status,
        status_message=start.status_message,
        started_at_ms=start.started_at_ms,
        call_id=start.call_id,
        completed_at_ms=completed_at_ms,
        duration_ms=max(0, completed_at_ms - (start.started_at_ms or 0)),
        entries=end.outcome.entries,
    )


def _decided(
    folded: Folded, about: _About, approval_id: str | None, starts: Sequence[HookStarted]
) -> Iterator[HookDecided]:
    # A call is with its hooks until the log says what they decided, even when that is nothing.
    if about.event in NEVER_DECIDE and about.call_id is None:
        return
    yield HookDecided(
        event_name=about.event.snake,
        decision=folded.decision,
        message=folded.message,
        interrupt=folded.interrupt,
        run_id=None if folded.chosen is None else starts[folded.chosen].run_id,
        turn_id=about.turn_id,
        call_id=about.call_id,
        approval_id=approval_id,
        ignored_interrupt=folded.ignored_interrupt,
    )
