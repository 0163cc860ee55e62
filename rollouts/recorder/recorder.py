"""The recorder: a journal of one session in one file."""

from __future__ import annotations

import contextlib
import errno
from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

from turnfold.events import Envelope, JournalError, UserInputRecorded
from turnfold.rollouts.recorder.files import FileOps, SystemFiles, holder_of, read_range, write_all
from turnfold.rollouts.recorder.tail import CannotContinue, Tail, tail_of
from turnfold.rollouts.recorder.wire import lines_of

if TYPE_CHECKING:
    import os

    import trio

BUFFER_BYTES_MAX: Final = 262_144
"""How much stays in the process with the durability `none` before a commit writes it after all."""


class Durability(StrEnum):
    """What a commit promises. `flush` promises the same as a commit, but for `none`, where it hands all on."""

    NONE = "none"
    """Nothing: what was appended may be lost when the process dies. A flush hands it to the system."""

    FLUSH = "flush"
    """The system has it: it survives the death of the process, even by SIGKILL, but not a power loss."""

    FSYNC = "fsync"
    """The disk has it: it survives a power loss too, as far as the disk is honest."""


class RecordingError(Exception):
    """A file cannot be recorded to. Its text names the file, the reason and a remedy."""

    def __init__(self, path: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {problem}; {remedy}")
        self.path = path
        self.problem = problem
        self.remedy = remedy


class Recorder:
    """Writes the events of a session to a file, as the lines of our own log. Make one by `create` or `resume`.

    What could not be written is kept and tried again, at the same place in the file: no failure leaves a torn line
    before a whole one, or a line twice. One recorder at a time writes to a file; a lock on it, which its holder's death
    lets go of, keeps others out.
    """

    def __init__(self, path: str, durability: Durability, files: FileOps) -> None:
        self._path = path
        self._durability = durability
        self._files = files
        self._fd: int | None = None
        self._closed = False
        self._waits_for_message = False
        self._folder_synced = True
        self._buffer = bytearray()
        """What is not as durable as promised; it belongs at `_done`."""
        self._done = 0
        """Offset up to which everything is as durable as promised."""
        self._tried = 0
        """Offset up to which bytes of ours may stand in the file."""
        self._ends: deque[int] = deque()
        """Where each envelope that is not durable yet ends."""
        self._gate: trio.Lock | None = None
        self.next_seq = 0
        """Number of the first event that was not in the file when it was opened."""
        self.set_aside = 0
        """Bytes of a torn end that `resume` moved to the file `<path>.torn`."""

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        *,
        durability: Durability | str = Durability.FLUSH,
        lazy: bool = False,
        files: FileOps | None = None,
    ) -> Self:
        """Begin a new file at *path*, and the folders above it.

        With *lazy* it is made with the first commit after a user's message was appended, as Codex does, or with the
        first flush. Raises RecordingError when it is there already or cannot be made.
        """
        recorder = cls(_text(path), Durability(durability), files or SystemFiles())
        recorder._waits_for_message = lazy
        if not lazy:
            try:
                recorder._make()
            except OSError as error:
                raise _refused(recorder._path, error) from error
        return recorder

    @classmethod
    def resume(
        cls,
        path: str | os.PathLike[str],
        *,
        durability: Durability | str = Durability.FLUSH,
        files: FileOps | None = None,
    ) -> Self:
        """Continue the log at *path*, which may have been cut off anywhere, or continued by Codex.

        A torn end is moved to `<path>.torn`, so that nothing is lost and no line is glued to it. Raises RecordingError
        when the file is not there, cannot be written, has another writer, or has ordinals.
        """
        recorder = cls(_text(path), Durability(durability), files or SystemFiles())
        try:
            recorder._fd = recorder._files.open(recorder._path)
            recorder._take_lock(recorder._fd)
            recorder._recover(recorder._fd, tail_of(recorder._files, recorder._fd))
        except CannotContinue as error:
            recorder._let_go()
            raise RecordingError(recorder._path, "it cannot be continued", str(error)) from error
        except OSError as error:
            recorder._let_go()
            raise _refused(recorder._path, error) from error
        except RecordingError:
            recorder._let_go()
            raise
        return recorder

    @property
    def path(self) -> str | None:
        """The file. One that is made late is there after a flush."""
        return self._path

    @property
    def pending(self) -> int:
        """Number of envelopes that are not as durable as promised."""
        return len(self._ends)

    def append(self, envelope: Envelope) -> None:
        """Take in the next envelope. Does no I/O and never fails."""
        for line in lines_of(envelope):
            self._buffer += line
        self._ends.append(self._done + len(self._buffer))
        if isinstance(envelope.event, UserInputRecorded):
            self._waits_for_message = False

    async def commit(self) -> None:
        """Make all that was appended as durable as was chosen.

        Raises JournalError when that failed: everything is kept, and tried again with the next commit or flush.
        """
        if self._fd is None and self._waits_for_message:
            return
        if self._durability is Durability.NONE and len(self._buffer) < BUFFER_BYTES_MAX:
            return
        await self._write_out()

    async def flush(self) -> None:
        """As `commit`, whatever the buffer holds; the file exists when this returns. Raises JournalError."""
        await self._write_out()

    async def aclose(self) -> None:
        """Flush and let go of the file, also when the flush fails. Raises JournalError. A second call does nothing."""
        if self._closed:
            return
        try:
            if self._buffer:
                await self._write_out()
        finally:
            self._closed = True
            self._let_go()

    async def _write_out(self) -> None:
        if self._durability is not Durability.FSYNC:
            self._settled(self._written(bytes(self._buffer)))
            return
        import trio  # no reader of files has to wait for it

        self._gate = self._gate or trio.Lock()
        wanted = self._done + len(self._buffer)
        async with self._gate:
            if self._fd is not None and wanted <= self._done:
                return  # whoever went before took ours along
            data = bytes(self._buffer)
            # Not abandoned when cancelled: the next one would write to the same place meanwhile.
            problem = await trio.to_thread.run_sync(self._written, data)
            self._settled(problem, len(data))

    def _written(self, data: bytes) -> OSError | RecordingError | None:
        """Put *data* where it belongs; the failure, if there was one. Runs in a thread where it waits for the disk."""
        if self._closed:
            return OSError(errno.EBADF, "the recorder was closed")
        try:
            fd = self._fd if self._fd is not None else self._make()
            self._check(fd)
            self._tried = max(self._tried, self._done + len(data))
            write_all(self._files, fd, data, self._done)
            if self._durability is Durability.FSYNC:
                self._files.sync(fd)
                if not self._folder_synced:
                    self._files.sync_folder(self._path)
                    self._folder_synced = True
        except (OSError, RecordingError) as error:
            return error
        return None

    def _settled(self, problem: OSError | RecordingError | None, length: int | None = None) -> None:
        """Take note of what is done; raise JournalError for what is not."""
        if problem is not None:
            raise JournalError(_told(self._path, problem), self.pending) from problem
        length = len(self._buffer) if length is None else length
        del self._buffer[:length]
        self._done += length
        while self._ends and self._ends[0] <= self._done:
            self._ends.popleft()

    def _check(self, fd: int) -> None:
        """Raise OSError if somebody else changed the file's length: our place in it would be wrong."""
        size = self._files.size(fd)
        if size < self._done:
            raise OSError(f"the file became shorter, from {self._done} to {size} bytes, by another program")
        if size > self._tried:
            raise OSError(f"another program appended {size - self._tried} bytes to the file")

    def _make(self) -> int:
        fd = self._files.create(self._path)
        try:
            self._take_lock(fd)
        except (OSError, RecordingError):
            self._files.close(fd)
            raise
        self._fd = fd
        self._folder_synced = False
        return fd

    def _take_lock(self, fd: int) -> None:
        try:
            self._files.lock(fd)
        except BlockingIOError as error:
            pid = holder_of(fd)
            who = "another process" if pid is None else f"process {pid}"
            raise RecordingError(
                self._path, f"{who} is recording to it", "end that session first, or fork this one"
            ) from error

    def _recover(self, fd: int, tail: Tail) -> None:
        """Leave whole lines only, and go on behind them."""
        size = self._files.size(fd)
        if tail.end < size:
            self.set_aside = size - tail.end
            self._save(read_range(self._files, fd, tail.end, size))
            self._files.truncate(fd, tail.end)
        end = tail.end
        if tail.needs_newline:
            write_all(self._files, fd, b"\n", end)
            end += 1
        if self._durability is Durability.FSYNC:
            self._files.sync(fd)
        self._done = self._tried = end
        self.next_seq = tail.next_seq

    def _save(self, torn: bytes) -> None:
        """Put the torn end of a log beside it, behind earlier ones. It is there before it is cut off."""
        aside = f"{self._path}.torn"
        try:
            fd = self._files.open(aside)
        except FileNotFoundError:
            fd = self._files.create(aside)
        try:
            write_all(self._files, fd, torn + b"\n", self._files.size(fd))
            if self._durability is Durability.FSYNC:
                self._files.sync(fd)
                self._files.sync_folder(aside)
        finally:
            self._files.close(fd)

    def _let_go(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            with contextlib.suppress(OSError):  # what matters was written before
                self._files.close(fd)


def _text(path: str | os.PathLike[str]) -> str:
    from os import fspath

    return fspath(path)


_REMEDIES: Final = {
    errno.ENOENT: "begin a new session, or name the file of one",
    errno.EEXIST: "resume it, or choose another path",
    errno.EISDIR: "name a file",
    errno.ENOTDIR: "name a path below a folder",
    errno.EACCES: "make it writable for this user, or choose another path",
    errno.EPERM: "make it writable for this user, or choose another path",
    errno.EROFS: "choose a path on a file system that can be written",
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room within the quota",
    errno.ENOLCK: "choose a path on a local disk",
    errno.EOPNOTSUPP: "choose a path on a local disk",
}


def _refused(path: str, error: OSError) -> RecordingError:
    remedy = _REMEDIES.get(error.errno or 0, "choose another path, or look at the disk")
    if isinstance(error, IsADirectoryError):
        return RecordingError(path, "it is a folder or a device, and no file", _REMEDIES[errno.EISDIR])
    return RecordingError(path, error.strerror or str(error), remedy)


def _told(path: str, problem: OSError | RecordingError) -> str:
    if isinstance(problem, RecordingError):
        return str(problem)
    remedy = _REMEDIES.get(problem.errno or 0, "look at the disk")
    reason = problem.strerror or str(problem)
    return f"{path} could not be written: {reason}; what was not written is kept and tried again; {remedy}"
