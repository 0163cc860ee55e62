"""Where schedules are run: one after the other in the same `trio.run`, or each in one of its own."""

from __future__ import annotations

import gc
import re
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Final, TypeAlias, TypeVar, cast

import attrs
import trio

from turnfold.replay.explore.clock import VirtualClock
from turnfold.replay.explore.guards import Stalled, Watchdog, guard_outside
from turnfold.replay.explore.inside import Installer, guard_threads
from turnfold.replay.explore.queue import Abandoned, ScheduleQueue
from turnfold.replay.explore.quiet import performing
from turnfold.replay.explore.runs import (
    CANCELLED,
    DEADLOCK,
    ENDLESS,
    RAISED,
    REFUSED,
    RETURNED,
    STALLED,
    Plan,
    Run,
)

T = TypeVar("T")

Scenario: TypeAlias = Callable[[], Awaitable[object]]
"""An async function without parameters. Each call starts from nothing: it makes its own channels, locks and state."""

Campaign: TypeAlias = Generator[Plan, Run, T]
"""Yields plans, is sent the runs, and returns what came of them all."""

REUSE: Final = 500
"""Schedules that share a `trio.run` at most."""

_ADDRESS: Final = re.compile(r" at 0x[0-9a-fA-F]+")
_REMEDY: Final = (
    " is not under the control of a schedule. Give the scenario a fake that waits by means of trio alone "
    "(memory channels, events, sleeps); turnfold.core.engine.fakes has some"
)


@attrs.frozen(kw_only=True)
class Limits:
    """What one schedule may take."""

    steps_max: int = 10_000
    """Steps of the scenario's tasks, after which it is taken to be endless."""
    patience: int = 200
    """Steps for which a runnable task is held back at most, so that polling loops do not starve the others."""
    stall_s: float = 10.0
    """Real seconds between two checkpoints, after which a step is taken to hang."""
    reuse: int = REUSE
    """Schedules that share a `trio.run`. 1: each has its own."""

    def __attrs_post_init__(self) -> None:
        for name in ("steps_max", "patience", "stall_s", "reuse"):
            value: object = getattr(self, name)
            kinds = int | float if name == "stall_s" else int
            if not isinstance(value, kinds) or not value > 0:
                what = "a positive number of seconds" if name == "stall_s" else "a whole number, at least 1"
                raise ValueError(f"{name} is {what}, not {value!r}")


NOT_ASYNC: Final = ": write `async def`, or await it in a function of its own"


class _Stage:
    """One queue with a clock, and what it tells of a schedule that does not end by itself."""

    def __init__(self, scenario: Scenario, name: str, limits: Limits) -> None:
        self.scenario = scenario
        self.name = name
        self.limits = limits
        self.clock = VirtualClock()
        self.queue = ScheduleQueue(self.clock, self, steps_max=limits.steps_max, patience=limits.patience)
        self.plan: Plan | None = None
        self.verdict: tuple[str, str] | None = None
        self.watchdog = Watchdog(limits.stall_s, self._ticks, self._busy)

    def _ticks(self) -> int:
        return self.queue.ticks

    def _busy(self) -> bool:
        return self.queue.running

    def deadlocked(self, waits: list[str]) -> None:
        self.verdict = DEADLOCK, "no task can run and no deadline is set: " + "; ".join(waits)

    def overran(self) -> None:
        self.verdict = (
            ENDLESS,
            (f"not ended after {self.limits.steps_max} steps; if it needs more, raise steps_max"),
        )

    def refused(self, what: str, remedy: str = _REMEDY) -> None:
        self.verdict = REFUSED, what + remedy

    async def _play(self, ending: list[tuple[str, object, BaseException | None]]) -> None:
        ended: tuple[str, object, BaseException | None] = (CANCELLED, None, None)
        try:
            with trio.CancelScope() as scope:
                self.queue.root = scope
                awaitable: Any = self.scenario()
                if not isinstance(awaitable, Awaitable):
                    self.refused(
                        f"a function that is not async (it returned {_said(repr, awaitable)})", NOT_ASYNC
                    )
                else:
                    ended = (RETURNED, await cast("Awaitable[object]", awaitable), None)
        except BaseException as error:  # noqa: BLE001  it is the outcome, and looked at by `run`
            ended = (RAISED, None, error)
        ending.append(ended)

    async def run(self, plan: Plan) -> Run:
        """Run one schedule to its end."""
        ending: list[tuple[str, object, BaseException | None]] = []
        self.plan, self.verdict, self.watchdog.place = plan, None, None
        was_enabled = gc.isenabled()
        gc.disable()  # a collection in the middle would run finalizers at a step that nobody chose
        try:
            async with trio.open_nursery() as nursery:
                self.queue.begin(plan)
                nursery.start_soon(self._play, ending, name=self.name.rpartition(":")[2])
            leftover = self.queue.end()
        finally:
            if was_enabled:
                gc.enable()
        return self.told(ending[0], leftover)

    def told(self, ended: tuple[str, object, BaseException | None], leftover: str | None) -> Run:
        """Put together what is known of the schedule that has just been run."""
        kind, value, error = ended
        queue = self.queue
        if error is not None and holds(error, KeyboardInterrupt):
            raise KeyboardInterrupt
        text = described(error) if error is not None else _said(repr, value)
        if self.watchdog.place is not None:  # it hung, even if it caught what ended that
            kind, text = STALLED, self.stall()
        if self.verdict is not None:
            kind, text = self.verdict
        elif kind == CANCELLED:
            text = "by the exploration"
        return Run(
            kind=kind,
            text=text,
            error=error,
            value=value,
            order=queue.order[: queue.record_end],
            names=queue.names,
            counts=queue.counts,
            deviations=queue.deviations,
            cancel=None if self.plan is None else self.plan.cancel,
            details=queue.details[: queue.record_end],
            misfits=queue.misfits,
            leftover=leftover,
        )

    def stall(self) -> str:
        """Say which step hung."""
        return (
            f"no checkpoint for {self.limits.stall_s:g} s of real time, at {self.watchdog.place}: "
            "a loop needs an await of trio in it, and blocking calls do not belong into a task"
        )


def perform(campaign: Campaign[T], scenario: Scenario, name: str, limits: Limits | None = None) -> T:
    """Run the plans of a campaign until it returns.

    Raises:
        RuntimeError: called from inside of a `trio.run`.
        KeyboardInterrupt: Ctrl-C.
    """
    refuse_in_a_run()
    stage = _Stage(scenario, name, Limits() if limits is None else limits)
    undo = [
        guard_threads(stage.queue.in_scenario, stage.queue.refuse),
        guard_outside(stage.queue.in_scenario, stage.refused),
    ]
    try:
        with stage.watchdog, performing(stage.queue):
            return _performed(campaign, stage)
    finally:
        for back in undo:
            back()


def refuse_in_a_run() -> None:
    """Do nothing outside of `trio.run`.

    Raises:
        RuntimeError: called from inside.
    """
    try:
        trio.current_time()
    except RuntimeError:
        return
    raise RuntimeError("an exploration runs trio itself: call it from synchronous code, not from a task")


def _performed(campaign: Campaign[T], stage: _Stage) -> T:
    result: list[T] = []
    try:
        plan = next(campaign)
    except StopIteration as stop:
        return cast(T, stop.value)

    async def conduct() -> None:
        nonlocal plan
        for _ in range(stage.limits.reuse):
            run = await stage.run(plan)
            try:
                plan = campaign.send(run)
            except StopIteration as stop:
                result.append(stop.value)
                return
            if run.leftover is not None:
                return

    while not result:
        try:
            trio.run(conduct, clock=stage.clock, instruments=[Installer(stage.queue)])
        except BaseExceptionGroup as group:
            if holds(group, KeyboardInterrupt):  # delivered to the nursery in which the scenario runs
                raise KeyboardInterrupt from None
            raise
        except trio.TrioInternalError as broken:
            if stage.queue.over:
                continue
            run = _thrown_away(stage, broken)
            try:
                plan = campaign.send(run)
            except StopIteration as stop:
                result.append(stop.value)
    return result[0]


def _thrown_away(stage: _Stage, broken: BaseException) -> Run:
    """The schedule that had to be abandoned, since its tasks did not end when they were cancelled."""
    cause: Any = broken.__cause__
    if not isinstance(cause, Abandoned | Stalled):
        raise broken
    if isinstance(cause, Stalled):
        stage.verdict = STALLED, stage.stall()
    elif stage.verdict is not None:
        kind, text = stage.verdict
        stage.verdict = kind, text + "; cancelled, its tasks did not end"
    stage.queue.running = False
    return stage.told((CANCELLED, None, None), "tasks that did not end")


def holds(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether an exception is of a kind, or is a group that holds one."""
    if isinstance(error, BaseExceptionGroup):
        parts = cast("BaseExceptionGroup[BaseException]", error).exceptions
        return any(holds(part, kind) for part in parts)
    return isinstance(error, kind)


def leaves(error: BaseException) -> list[BaseException]:
    """The exceptions of a group, groups inside of it resolved."""
    if isinstance(error, BaseExceptionGroup):
        parts = cast("BaseExceptionGroup[BaseException]", error).exceptions
        return [leaf for part in parts for leaf in leaves(part)]
    return [error]


def described(error: BaseException) -> str:
    """Type and text of an exception; of a group, those of its leaves, sorted."""
    texts = sorted(f"{type(leaf).__name__}: {_said(str, leaf)}".removesuffix(": ") for leaf in leaves(error))
    return " + ".join(texts)


def _said(by: Callable[[object], str], thing: object) -> str:
    """The text of a value or an exception, without addresses, in characters that can be written anywhere."""
    try:
        text = by(thing)
    except Exception as error:  # noqa: BLE001  a text that cannot be had must not end the exploration
        return f"<{type(thing).__name__}, whose {by.__name__}() raises {type(error).__name__}>"
    return _ADDRESS.sub("", text.encode(errors="backslashreplace").decode())
