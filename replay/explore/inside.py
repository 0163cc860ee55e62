"""The one file that knows trio from inside.

trio makes a batch of everything that is runnable, turns it round or not by the toss of a coin, and runs it. Here an
instrument replaces the runner's queue before anything runs (`before_run`) by one whose batches are of one task, which
makes the coin idle. An instrument that holds tasks back later, after the wait for I/O, does not suffice: it acts before
deadlines expire, and tasks that wake together would still run in an order nobody chose.

Besides the order of steps this takes away: the tie-breaker of equal deadlines (trio takes object addresses), waits for
real input and output, and threads.

Checked with trio 0.25 to 0.35. Another version is taken if its run loop has the same structure.
"""
# ruff: noqa: SLF001  what is private to trio is used here and in no other file

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappush
from importlib import import_module
from itertools import count
from math import inf
from typing import Any, Final, Protocol

import attrs
import trio
from trio.abc import Instrument

TESTED: Final = "0.25 to 0.35"
"""The versions of trio with which the tests of this package have passed."""

_CLOSINGS: Final = 100
"""How often a task that is thrown away is told to close: once for each wait in its clean-up."""

_run: Any = import_module("trio._core._run")
_threads: Any = import_module("trio._threads")


class UnsupportedTrio(ImportError):
    """The installed trio does not have the inside that schedule control relies on."""


def _fields(kind: Any) -> set[str]:
    fields: tuple[Any, ...] = getattr(kind, "__attrs_attrs__", ())
    return {str(field.name) for field in fields}


def check_structure(run: Any) -> None:
    """Compare what is relied on with `trio._core._run` as it is installed.

    Raises:
        UnsupportedTrio: with what is missing and what to do.
    """
    loop_names = set(run.unrolled_run.__code__.co_names)
    wanted: dict[str, tuple[set[str], set[str]]] = {
        "field Runner": (
            {"runq", "tasks", "deadlines", "entry_queue", "io_manager", "waiting_for_idle", "instruments"},
            _fields(run.Runner),
        ),
        "use in unrolled_run of": (
            {"runq", "clear", "waiting_for_idle", "deadline_to_sleep_time"},
            loop_names,
        ),
        "field Deadlines": ({"_heap", "_active"}, _fields(run.Deadlines)),
        "name in trio._threads": ({"start_thread_soon"}, set(dir(_threads))),
    }
    missing = [f"{what} {name}" for what, (need, have) in wanted.items() for name in sorted(need - have)]
    if missing:
        raise UnsupportedTrio(
            f"turnfold.replay.explore cannot control the schedule of trio {trio.__version__}: it has no {missing[0]}. "
            f"Versions {TESTED} are known to work: install one of them, e.g. pip install 'trio<0.36'"
        )


check_structure(_run)


_arrivals = count()


def _add_deadline(deadlines: Any, deadline: float, cancel_scope: Any) -> None:
    heappush(deadlines._heap, (deadline, next(_arrivals), cancel_scope))
    deadlines._active += 1


_FirstComeDeadlines: Any = type("_FirstComeDeadlines", (_run.Deadlines,), {"add": _add_deadline})
"""trio's deadlines, except that equal ones expire in the order in which they were set."""


class Queue(Protocol):
    """What trio and this file ask of a run queue."""

    def attach(self, runner: Any) -> None: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def append(self, task: Any) -> None: ...
    def clear(self) -> None: ...
    def in_scenario(self) -> bool: ...
    def refuse(self, what: str) -> None: ...


class _GuardedIo:
    """trio's I/O manager, except that a task of the scenario cannot wait for real I/O."""

    def __init__(self, real: Any, queue: Queue) -> None:
        self._real = real
        self._queue = queue
        self.get_events = real.get_events
        self.process_events = real.process_events

    def __getattr__(self, name: str) -> Any:
        if name.startswith("wait_") and self._queue.in_scenario():
            self._queue.refuse(f"trio.lowlevel.{name}: a wait for real input or output")
        return getattr(self._real, name)


class Installer(Instrument):
    """Puts a queue into the runner of the `trio.run` that it is given to as an instrument."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def before_run(self) -> None:
        """Replace what decides about the order; nothing has run yet."""
        runner = _run.GLOBAL_RUN_CONTEXT.runner
        self._queue.attach(runner)
        runner.runq = self._queue
        runner.deadlines = _FirstComeDeadlines()
        runner.io_manager = _GuardedIo(runner.io_manager, self._queue)


def guard_threads(in_scenario: Callable[[], bool], refuse: Callable[[str], None]) -> Callable[[], None]:
    """Refuse threads to a scenario until the returned function is called. Others get theirs."""
    real = _threads.start_thread_soon

    def guarded(*args: Any, **named: Any) -> None:
        if in_scenario():
            refuse("trio.to_thread: a thread (files and name look-ups use threads too)")
        real(*args, **named)

    def undo() -> None:
        _threads.start_thread_soon = real

    _threads.start_thread_soon = guarded
    return undo


@attrs.frozen
class Before:
    """What there was in trio's run before a scenario began."""

    tasks: frozenset[Any]
    run_vars: dict[Any, Any]
    instruments: frozenset[Any] = frozenset()


def before(runner: Any) -> Before:
    """Note what there is in trio's run."""
    return Before(frozenset(runner.tasks), dict(runner._locals), frozenset(runner.instruments["_all"]))


def left_behind(runner: Any, earlier: Before) -> str | None:
    """Say what a scenario left in trio's run; reset its run variables if it is nothing else."""
    strays = runner.tasks - earlier.tasks
    if strays:
        return f"a system task: {min(task.name for task in strays)}"
    if runner.entry_queue.size():
        return "a callback given to run_sync_soon"
    if runner.deadlines.next_deadline() != inf:
        return "a deadline"
    if runner.waiting_for_idle:
        return "a task that waits for all others to be blocked"
    if len(runner.asyncgens.alive):
        return "an asynchronous generator"
    if frozenset(runner.instruments["_all"]) != earlier.instruments:
        return "an instrument"
    runner._locals.clear()
    runner._locals.update(earlier.run_vars)
    return None


def running_task() -> Any:
    """The task whose step is being made; none between two steps."""
    return getattr(_run.GLOBAL_RUN_CONTEXT, "task", None)


def is_cancelled(task: Any) -> bool:
    """Whether the next step of a runnable task begins with `trio.Cancelled`."""
    return isinstance(getattr(task._next_send, "error", None), trio.Cancelled)


def scopes(task: Any, root: Any) -> list[Any]:
    """The cancel scopes around a living task, the innermost first, up to *root*."""
    found: list[Any] = []
    status = task._cancel_status
    while status is not None:
        found.append(status._scope)
        if status._scope is root:
            return found
        status = status.parent
    return []


def throw_away(runner: Any) -> None:
    """Close all tasks of a run that is given up, trio's own last: one that is left complains when it is collected."""
    for task in sorted(runner.tasks, key=_age, reverse=True):
        for nursery in task.child_nurseries:
            nursery._children.clear()
        task._abort_func = None
        _run.GLOBAL_RUN_CONTEXT.task = task
        for coroutine in _chain(task.coro):
            _close(coroutine)


def _chain(coroutine: Any) -> list[Any]:
    """The coroutines that a task is in, the innermost first: what is closed from outside leaves the inner ones open."""
    found = [coroutine]
    while hasattr(found[-1], "cr_await") and hasattr(found[-1].cr_await, "close"):
        found.append(found[-1].cr_await)
    return found[::-1]


def _close(coroutine: Any) -> None:
    for _ in range(_CLOSINGS):
        try:
            coroutine.close()
            return
        except BaseException:  # noqa: BLE001  its clean-up waits or fails; each try gets past one wait
            continue


def _age(task: Any) -> int:
    return int(task._counter)
