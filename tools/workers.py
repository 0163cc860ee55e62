"""Several worker processes over many files, of which no file can take down more than itself.

Each worker has a pipe of its own. It is sent a few files at a time and answers them one by one, so when it dies
(a crash in native code, the system's out-of-memory killer) the file that killed it is the first one unanswered. That
file is named, the others go to a new worker. A process pool of the standard library would lose them all.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Final, Generic, TypeVar

import attrs

Answer = TypeVar("Answer")

BATCH_FILES_MAX: Final = 16
BATCH_COST_MAX: Final = 1 << 20
"""Bytes of files in one batch: enough that small files do not wait for each other's messages."""
MESSAGE_CHARS_MAX: Final = 8_000
"""Paths in one batch. A message that fits into the pipe's buffer is sent without waiting for its reader."""

# A forked worker has the rules loaded already. Elsewhere forking is not to be trusted.
_context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@attrs.frozen
class Task:
    """One file to work on."""

    index: int
    path: str
    cost: int
    """About how much work it is: its size in bytes."""


class WorkerDied(Exception):
    """A worker ended without an answer; the text says how."""


@attrs.define
class _Worker:
    process: Any
    pipe: Connection
    pending: deque[Task] = attrs.field(factory=deque[Task])
    """Sent and not answered, in order: the first is being worked on."""
    unread_from: int = 0
    """Number of answers after which the worker has certainly taken its latest batch out of the pipe."""

    @property
    def takes_more(self) -> bool:
        return self.unread_from <= 0


class Workers(Generic[Answer]):
    """Apply a function to paths in *count* processes.

    Args:
        function: called as `function(path)` in a worker; its result must be picklable.
        given_up: called here as `given_up(path, error)` for a file that killed its worker; returns what stands in
            for its answer.
    """

    def __init__(
        self, count: int, function: Callable[[str], Answer], given_up: Callable[[str, WorkerDied], Answer]
    ) -> None:
        self._count = count
        self._function = function
        self._given_up = given_up
        self._workers: list[_Worker] = []
        self._queue: deque[Task] = deque()
        self._answers: dict[int, Answer] = {}

    def map(self, paths: Sequence[tuple[str, int]]) -> Generator[Answer]:
        """Yield the answer for each (path, size in bytes), in the order of *paths*, as soon as it can be."""
        self._queue.extend(Task(index, path, cost) for index, (path, cost) in enumerate(paths))
        due = 0
        try:
            while due < len(paths):
                self._employ()
                self._collect()
                while due in self._answers:
                    yield self._answers.pop(due)
                    due += 1
        finally:
            self._dismiss()

    def _employ(self) -> None:
        while self._queue and len(self._workers) < self._count:
            self._workers.append(self._hire())
        for worker in self._workers:
            if self._queue and worker.takes_more:
                self._send(worker)

    def _hire(self) -> _Worker:
        ours, theirs = _context.Pipe()
        # A forked worker inherits our ends of the other pipes, and would keep those workers from seeing us die.
        inherited = (
            [ours, *(worker.pipe for worker in self._workers)]
            if _context.get_start_method() == "fork"
            else []
        )
        process = _context.Process(target=_work, args=(theirs, inherited, self._function), daemon=True)
        # Ctrl-C reaches the whole group. A worker is born deaf to it, and we decide.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        theirs.close()
        return _Worker(process, ours)

    def _send(self, worker: _Worker) -> None:
        batch = self._batch()
        worker.unread_from = len(worker.pending) + 1
        worker.pending.extend(batch)
        with contextlib.suppress(OSError):  # it may be dead, which `_collect` is about to see
            worker.pipe.send([task.path for task in batch])

    def _batch(self) -> Sequence[Task]:
        """The next files; towards the end fewer, so that no worker is left with much while others have nothing."""
        fair = max(1, len(self._queue) // (2 * self._count))
        batch = [self._queue.popleft()]
        cost, chars = batch[0].cost, len(batch[0].path)
        while self._queue and len(batch) < min(fair, BATCH_FILES_MAX):
            cost, chars = cost + self._queue[0].cost, chars + len(self._queue[0].path)
            if cost > BATCH_COST_MAX or chars > MESSAGE_CHARS_MAX:
                break
            batch.append(self._queue.popleft())
        return batch

    def _collect(self) -> None:
        by_pipe = {worker.pipe: worker for worker in self._workers}
        for pipe in wait(list(by_pipe)):
            worker = by_pipe[pipe]  # type: ignore[index]  # they are the very objects we passed in
            try:
                answer: Answer = worker.pipe.recv()
            except (EOFError, OSError):
                self._bury(worker)
                continue
            self._answers[worker.pending.popleft().index] = answer
            worker.unread_from -= 1

    def _bury(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.join()
        if worker.pending:
            culprit = worker.pending.popleft()
            self._answers[culprit.index] = self._given_up(
                culprit.path, WorkerDied(_how(worker.process.exitcode))
            )
        self._queue.extendleft(reversed(worker.pending))

    def _dismiss(self) -> None:
        for worker in self._workers:
            worker.pipe.close()
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
        self._workers.clear()


def _how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        try:
            return f"killed by {signal.Signals(-exit_code).name}"
        except ValueError:
            return f"killed by signal {-exit_code}"
    return f"ended with exit code {exit_code}"


def _work(pipe: Connection, inherited: Sequence[Connection], function: Callable[[str], object]) -> None:
    """Be a worker: answer batches of paths until the pipe is closed."""
    for other in inherited:
        other.close()
    try:
        while True:
            paths: Sequence[str] = pipe.recv()
            for path in paths:
                pipe.send(function(path))
    except (EOFError, OSError):
        return  # the parent has seen enough, or is gone
