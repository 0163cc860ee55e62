"""One worker of an exploration: a process that runs its part of the schedules, and tells its parent of each.

Nothing but plain data goes through the pipe. The exception of a failing schedule stays here: its parent runs that
schedule again and has its own.
"""

from __future__ import annotations

import pickle
import signal
import time
import traceback
from collections.abc import Callable
from functools import reduce
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any, Final, TypeAlias

import attrs

from turnfold.replay.explore.comparing import Check, first_difference, judged
from turnfold.replay.explore.runs import Run
from turnfold.replay.explore.stage import Campaign, Limits, Scenario, described, perform
from turnfold.replay.explore.strategy import Divisible, Rank
from turnfold.replay.explore.tape import tape_of
from turnfold.replay.explore.watching import Watch

FLUSH_S: Final = 0.05
"""Real seconds for which a worker keeps at most what it has to tell, if its schedules are not longer."""

FLUSH_ROWS: Final = 256
"""Schedules of which it tells at most at once."""

Row: TypeAlias = tuple[Rank, str, int, int, int]
"""One schedule: its rank, its outcome, its steps, its tasks, its choice points."""


class NotLoadable(ValueError):
    """What a worker would need is not to be had in another process, or not to be had at all."""


@attrs.frozen(kw_only=True)
class Job:
    """What a worker is to do."""

    scenario: Scenario | str
    """Either itself, or its name as `module:function`; so is the check."""
    check: Check | str | None
    name: str
    strategy: Divisible
    """The worker's own part."""
    limits: Limits
    budget: int
    recheck: int
    go_on: bool
    watch: Watch | None = None


@attrs.frozen(kw_only=True)
class Found:
    """A schedule that fails, or that went another way when it was run again."""

    run: Run
    """Without its value and its exception."""
    difference: str | None
    """Why it is unstable, if it is."""


@attrs.frozen(kw_only=True)
class Batch:
    """What a worker tells of the schedules since it told last."""

    rows: list[Row]
    found: Found | None
    """About the last of them: the first of this worker that fails, or one that is unstable."""
    complete: bool
    """Whether its part is complete."""
    seen: dict[Rank, object] = attrs.field(factory=dict[Rank, object])
    """What the watch here has to tell of some of them."""


@attrs.frozen(kw_only=True)
class Broken:
    """A worker cannot go on, and that is not an outcome of a schedule."""

    text: str
    trace: str
    at_loading: bool
    """It could not even load what it was sent."""


def named(name: str, what: str) -> Any:
    """Return the object that `module:function` names; *what* it ought to be is for the error message.

    Raises:
        NotLoadable: there is no such module or function, or the module cannot be imported.
    """
    module, _, path = name.partition(":")
    if not module or not path:
        raise NotLoadable(f"the name of a {what} is 'module:function', e.g. 'races:two_locks', not {name!r}")
    try:
        found: Any = reduce(getattr, path.split("."), import_module(module))
    except ModuleNotFoundError as error:
        raise NotLoadable(
            f"cannot import the {what} {name!r}: {error}; is the folder of the module on sys.path?"
        ) from error
    except AttributeError as error:
        raise NotLoadable(f"there is no {what} {name!r}: {error}") from error
    except Exception as error:
        raise NotLoadable(f"importing the {what} {name!r} fails: {described(error)}") from error
    if not callable(found):
        raise NotLoadable(f"the {what} {name!r} is no function, but a {type(found).__name__}")
    return found


def load_scenario(name: str) -> Scenario:
    """Return the scenario that `module:function` names. The module is looked for on `sys.path`.

    Raises:
        NotLoadable: there is no such module or function, or the module cannot be imported.
    """
    scenario: Scenario = named(name, "scenario")
    return scenario


def load_check(check: Check | str | None) -> Check | None:
    """Return a check, which may be given as `module:function`.

    Raises:
        NotLoadable: there is no such module or function, or the module cannot be imported.
    """
    if not isinstance(check, str):
        return check
    found: Check = named(check, "check")
    return found


def work(connection: Connection, packed: bytes) -> None:
    """Do a job, and tell of it: batches, then nothing more; or that it is broken."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent has it too, and ends its workers
    try:
        _work(packed, connection.send)
    except ConnectionError:
        return  # the parent is gone, or has heard enough
    except BaseException as error:  # noqa: BLE001  whatever it is, the parent has to say it
        at_loading = isinstance(error, NotLoadable)
        text = str(error) if at_loading else described(error)
        connection.send(Broken(text=text, trace=traceback.format_exc(), at_loading=at_loading))
    finally:
        connection.close()


def _work(packed: bytes, tell: Callable[[Any], None]) -> None:
    try:
        job: Job = pickle.loads(packed)
    except Exception as error:
        raise NotLoadable(described(error)) from error
    scenario = load_scenario(job.scenario) if isinstance(job.scenario, str) else job.scenario
    worker = _Worker(job, load_check(job.check), tell)
    perform(worker.campaign(), scenario, job.name, job.limits)
    worker.flush()


class _Worker:
    """The campaign of a worker."""

    def __init__(self, job: Job, check: Check | None, tell: Callable[[Any], None]) -> None:
        self.job = job
        self.check = check
        self.tell = tell
        self.rows: list[Row] = []
        self.seen: dict[Rank, object] = {}
        self.runs = 0
        self.told_at = time.monotonic()

    def campaign(self) -> Campaign[None]:
        """Run the schedules of the part until one fails, the part has no more, or the budget is used up."""
        part, job = self.job.strategy, self.job
        has_failed = False
        while self.runs < job.budget and (plan := part.begin()) is not None:
            if job.watch is not None:
                job.watch.begin()
            run = judged((yield plan), self.check)
            part.ended(run)
            if part.rank is None:
                continue
            self.count(part.rank, run)
            difference = part.mismatch
            if (
                difference is None
                and job.recheck > 0
                and not run.failed
                and (self.runs - 1) % job.recheck == 0
            ):
                again = yield tape_of(run, job.limits.patience).plan()
                difference = first_difference(run, judged(again, self.check))
            if difference is not None or (run.failed and not has_failed):
                bare = attrs.evolve(run, value=None, error=None)
                self.flush(Found(run=bare, difference=difference))
                has_failed = True
                if difference is not None or not job.go_on:
                    return
            elif len(self.rows) == FLUSH_ROWS or time.monotonic() - self.told_at > FLUSH_S:
                self.flush()

    def count(self, rank: Rank, run: Run) -> None:
        """Note a schedule of the part."""
        self.runs += 1
        self.rows.append((rank, run.outcome, len(run.order), len(run.names), len(run.counts)))
        told = None if self.job.watch is None else self.job.watch.look(run)
        if told is not None:
            self.seen[rank] = told

    def flush(self, found: Found | None = None) -> None:
        """Tell of the schedules since the last time."""
        self.tell(Batch(rows=self.rows, found=found, complete=self.job.strategy.complete, seen=self.seen))
        self.rows, self.seen = [], {}
        self.told_at = time.monotonic()
