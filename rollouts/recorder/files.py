"""What the recorder asks of the file system: a port, so that tests can let every step of it fail."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final, Protocol

SHARED_WITH_NOBODY: Final = 0o600
"""Sessions hold what people say and what their tools read."""


class FileOps(Protocol):
    """Files by descriptor. Every method may raise OSError."""

    def create(self, path: str) -> int:
        """Make a file that is not there yet, and the folders above it; open it for reading and writing."""
        ...

    def open(self, path: str) -> int:
        """Open a file that is there for reading and writing. IsADirectoryError for what is no file."""
        ...

    def lock(self, fd: int) -> None:
        """Lock a file against other recorders until it is closed. BlockingIOError when another one holds it."""
        ...

    def size(self, fd: int) -> int:
        """Size in bytes. FileNotFoundError when the file was deleted while it was open."""
        ...

    def read(self, fd: int, size: int, offset: int) -> bytes:
        """Read at most *size* bytes at *offset*."""
        ...

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> int:
        """Write at *offset* and return how many bytes were written, which may be fewer."""
        ...

    def truncate(self, fd: int, size: int) -> None:
        """Cut a file to *size* bytes."""
        ...

    def sync(self, fd: int) -> None:
        """Wait until the file's bytes are on the disk."""
        ...

    def sync_folder(self, path: str) -> None:
        """Wait until the entry of the file *path* in its folder is on the disk."""
        ...

    def close(self, fd: int) -> None:
        """Close a descriptor."""
        ...


class SystemFiles:
    """The real files of a POSIX system."""

    def create(self, path: str) -> int:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, SHARED_WITH_NOBODY)

    def open(self, path: str) -> int:
        # Not blocking: a pipe of that name would wait for its other end.
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise IsADirectoryError("it is no regular file")
        return fd

    def lock(self, fd: int) -> None:
        import fcntl

        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def size(self, fd: int) -> int:
        found = os.fstat(fd)
        if found.st_nlink == 0:
            raise FileNotFoundError("the file was deleted")
        return found.st_size

    def read(self, fd: int, size: int, offset: int) -> bytes:
        return os.pread(fd, size, offset)

    def write(self, fd: int, data: bytes | memoryview, offset: int) -> int:
        return os.pwrite(fd, data, offset)

    def truncate(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    def sync(self, fd: int) -> None:
        if hasattr(os, "fdatasync"):
            os.fdatasync(fd)
        else:
            os.fsync(fd)

    def sync_folder(self, path: str) -> None:
        fd = os.open(Path(path).parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def close(self, fd: int) -> None:
        os.close(fd)


def holder_of(fd: int) -> int | None:
    """The process that holds the lock on a file, where the system tells (Linux)."""
    found = os.fstat(fd)
    place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    try:
        rows = [row.split() for row in Path("/proc/locks").read_text(encoding="ascii").splitlines()]
    except OSError:
        return None
    holders = [int(row[4]) for row in rows if len(row) > 5 and row[1] == "FLOCK" and row[5] == place]
    return next((pid for pid in holders if pid > 0), None)


def write_all(files: FileOps, fd: int, data: bytes, offset: int) -> None:
    """Write all of *data* at *offset*, however few bytes the system takes at a time."""
    view = memoryview(data)
    while view:
        written = files.write(fd, view, offset)
        if written <= 0:
            raise OSError("the system took no byte and gave no reason")
        view = view[written:]
        offset += written


def read_range(files: FileOps, fd: int, begin: int, end: int) -> bytes:
    """Read the bytes from *begin* to *end*. Raises OSError when the file ends before."""
    parts: list[bytes] = []
    while begin < end:
        part = files.read(fd, end - begin, begin)
        if not part:
            raise OSError("the file became shorter while its end was read")
        parts.append(part)
        begin += len(part)
    return b"".join(parts)
