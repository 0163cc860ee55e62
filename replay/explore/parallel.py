"""Runs a scenario under many schedules, in several processes.

Each worker has its part of the strategy and tells of its schedules in their order. Here these are put together in the
order that the whole strategy has, as sorted lists are merged; and the merge stops where `explore` would stop. So what
is reported does not depend on which worker was quicker, and is what `explore` reports.

The processes are spawned and not forked: a fork copies whatever threads and event loops hold at that moment, locks
included, and is not to be had everywhere. Hence scenarios have to be importable. It is `multiprocessing` by itself and
not `concurrent.futures`: a worker tells of its schedules while it works, and is ended in the middle of it.
"""

from __future__ import annotations

import pickle
import signal
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final

import attrs

from turnfold.replay.explore.comparing import Check, first_difference
from turnfold.replay.explore.explorer import (
    SHRINKS_MAX,
    Exploration,
    Failure,
    explore,
    report,
)
from turnfold.replay.explore.merging import Merged, Told
from turnfold.replay.explore.nearest import NEAREST_MAX
from turnfold.replay.explore.runs import REFUSED, STALLED, Run
from turnfold.replay.explore.scenario import label_of, refuse_misuse
from turnfold.replay.explore.stage import Limits, Scenario, described, refuse_in_a_run
from turnfold.replay.explore.strategies import DelayBounded, Replay
from turnfold.replay.explore.strategy import Divisible
from turnfold.replay.explore.tape import tape_of
from turnfold.replay.explore.watching import Watch
from turnfold.replay.explore.worker import (
    Batch,
    Broken,
    Found,
    Job,
    NotLoadable,
    load_check,
    load_scenario,
    work,
)

_REMEDY: Final = (
    "workers are processes of their own that import what they need: define it at the top of a module that is on "
    "sys.path, or use explore(), which has one process"
)
_DIED: Final = (
    "Was it killed, e.g. for want of memory? Or does the program explore as soon as it is imported? Then put "
    "that under `if __name__ == '__main__':`. Standard error may say more"
)


class WorkerFailed(RuntimeError):
    """A worker died, or met an error that is not an outcome of a schedule."""


@attrs.frozen(kw_only=True)
class _Worker:
    """A process, and what it tells."""

    label: str
    connection: Connection
    process: Any
    told: Told = attrs.field(factory=Told)

    def read(self) -> None:
        """Take the next message in.

        Raises:
            NotLoadable: the worker could not load what it was sent.
            WorkerFailed: there is no message, and the worker has not ended well; or it tells that it is broken.
        """
        try:
            message: Batch | Broken = self.connection.recv()
        except (EOFError, ConnectionError):
            self._end()
            return
        if isinstance(message, Batch):
            self.told.take_in(message)
            return
        kind, remedy = (NotLoadable, f": {_REMEDY}") if message.at_loading else (WorkerFailed, "")
        failed = kind(f"{self.label} cannot go on: {message.text}{remedy}")
        failed.add_note(f"There:\n{message.trace}")
        raise failed

    def _end(self) -> None:
        self.process.join()
        if self.process.exitcode != 0:
            raise WorkerFailed(f"{self.label} died with exit code {self.process.exitcode}. {_DIED}")
        self.told.ended = True


def explore_in_workers(
    target: str | Scenario,
    strategy: Divisible | None = None,
    *,
    workers: int = 2,
    budget: int = 10_000,
    check: str | Check | None = None,
    name: str | None = None,
    limits: Limits | None = None,
    recheck: int = 100,
    shrinks: int = SHRINKS_MAX,
    nearest: int = NEAREST_MAX,
    go_on: bool = False,
    watch: Watch | None = None,
) -> Exploration:
    """Do what `explore` does, in several processes.

    *target* and *check* have to be functions at the top of a module, or other objects that can be pickled, or their
    names as `module:function`. A worker has the `sys.path` and the current folder of this process.

    Worker i of n has `strategy.part(i, n)`; the strategy itself is not advanced. Schedules are counted in its order, up
    to the budget or the first failure in that order: the report is that of `explore`, however many workers there are.
    Two things differ: which passing schedules are run twice; and that the first failing one is run again, and shrunk,
    in this process (so `failure.error` is the exception itself). If it goes another way here, it is `unstable`.

    Raises:
        NotLoadable: the scenario, the check or the strategy is not to be had in another process.
        RuntimeError: called from inside of a `trio.run`.
        TypeError: the strategy cannot be divided, or the scenario cannot be called without arguments.
        ValueError: the budget or the number of workers is not positive, or the name holds a `~`.
        WorkerFailed: a worker died, or met an error that is not an outcome of a schedule.
    """
    chosen: Divisible = DelayBounded() if strategy is None else strategy
    _refuse(chosen, workers)
    refuse_misuse(scenario := load_scenario(target) if isinstance(target, str) else target, chosen, budget)
    its_check = load_check(check)
    job = Job(
        scenario=target,
        check=check,
        name=label_of(scenario, name),
        strategy=chosen,
        limits=Limits() if limits is None else limits,
        budget=budget,
        recheck=recheck,
        go_on=go_on,
        watch=watch,
    )
    merged = _merged(job, workers)
    failure = _failure(scenario, its_check, job, merged, shrinks=shrinks, nearest=nearest)
    bound = chosen.bound_for(merged.tally.tasks_max, merged.tally.choices_max)
    return report(merged.tally, job.name, chosen.name, failure, complete=merged.complete, bound=bound)


def _refuse(strategy: Divisible, workers: int) -> None:
    if workers < 1:
        raise ValueError(f"at least one worker has to run the schedules, not {workers}")
    if not hasattr(strategy, "part"):
        raise TypeError(
            f"{type(strategy).__name__} cannot be divided: it has no part(index, of); use explore()"
        )
    try:
        Path.cwd()
    except OSError as error:
        raise NotLoadable(
            f"the current folder, in which workers would begin, is not to be had ({error.strerror}): "
            "go to another one"
        ) from None
    refuse_in_a_run()


def _merged(job: Job, workers: int) -> Merged:
    """Let workers do a job, and count what they tell until it is over."""
    merged = Merged(job.budget, go_on=job.go_on, watch=job.watch)
    with _team(_packed(job, workers)) as team:
        told = [worker.told for worker in team]
        while not merged.over:
            for worker in _ready(team):
                worker.read()
            merged.take(told)
    return merged


def _packed(job: Job, workers: int) -> list[bytes]:
    """The jobs of all workers.

    Raises:
        NotLoadable: something in it cannot be sent to another process.
    """
    parts = [job.strategy.part(index, workers) for index in range(workers)]
    for what, thing in (
        ("scenario", job.scenario),
        ("check", job.check),
        ("strategy", parts[0]),
        ("watch", job.watch),
    ):
        try:
            pickle.dumps(thing)
        except Exception as error:
            raise NotLoadable(
                f"the {what} cannot be sent to a worker ({described(error)}): {_REMEDY}"
            ) from error
    return [pickle.dumps(attrs.evolve(job, strategy=part, budget=part.most_of(job.budget))) for part in parts]


@contextmanager
def _team(jobs: Sequence[bytes]) -> Generator[list[_Worker], None, None]:
    """Workers that are at work; none is left afterwards. They hold nothing that would have to be put in order."""
    context = get_context("spawn")
    team: list[_Worker] = []
    try:
        with _interrupts_held_back():
            for number, job in enumerate(jobs, 1):
                ours, theirs = context.Pipe(duplex=False)
                label = f"worker {number} of {len(jobs)}"
                process = context.Process(
                    target=work, args=(theirs, job), name=f"explore: {label}", daemon=True
                )
                process.start()
                team.append(_Worker(label=label, connection=ours, process=process))
                theirs.close()  # so that the end of the worker is the end of the pipe
        yield team
    finally:
        for worker in team:
            worker.process.kill()
        for worker in team:
            worker.process.join()
            worker.process.close()
            worker.connection.close()


@contextmanager
def _interrupts_held_back() -> Generator[None, None, None]:
    """Processes that are started meanwhile never see Ctrl-C, not even before the first line of ours runs in them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # `multiprocessing` would start it later, and undo what is done here
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ready(team: Sequence[_Worker]) -> list[_Worker]:
    ready = wait([worker.connection for worker in team if not worker.told.ended])
    return [worker for worker in team if worker.connection in ready]


class _Again(Replay):
    """The schedule that a worker found, which has to go here as it went there."""

    def __init__(self, found: Found, patience: int) -> None:
        super().__init__(tape_of(found.run, patience))
        self._found = found

    def ended(self, run: Run) -> None:
        """Compare."""
        super().ended(run)
        there = self._found.run
        self.mismatch = self._found.difference
        if self.mismatch is None and not (there.kind == run.kind and run.kind in {REFUSED, STALLED}):
            self.mismatch = first_difference(there, run)


def _failure(
    scenario: Scenario, check: Check | None, job: Job, merged: Merged, *, shrinks: int, nearest: int
) -> Failure | None:
    """Run the schedule that a worker found, if any, once more in this process, and shrink it."""
    if merged.found is None:
        return None
    again = _Again(merged.found, job.limits.patience)
    failure = explore(
        scenario,
        again,
        check=check,
        name=job.name,
        limits=job.limits,
        shrinks=shrinks,
        nearest=nearest,
    ).failure
    assert failure is not None, "it failed there, and so either fails here or went another way"
    return attrs.evolve(failure, found_after=merged.found_after)
