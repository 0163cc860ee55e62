"""Adds a rule to a file."""

import errno
import os
from pathlib import Path

import trio


class RuleNotWritten(Exception):
    """A rule could not be added to its file, which is as it was; the text names the file and what to do."""


async def append_rule(path: str | Path, line: str) -> None:
    """Add *line* to the rules file *path*, which is made when it is missing; a line that is there is not repeated.

    The file is locked meanwhile (`flock`, as Codex does), so sessions and programs do not cross. The line is on the
    disk when this returns. Raises RuleNotWritten.
    """
    await trio.to_thread.run_sync(_append, Path(path), line)


def _append(path: Path, line: str) -> None:
    import fcntl  # only where there are files to lock: the module is missing on Windows

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            text = file.readall()
            if line.encode() in text.splitlines():
                return
            added = b"" if not text or text.endswith(b"\n") else b"\n"
            added += line.encode() + b"\n"
            kept = False
            try:
                # A disk that fills up takes a part of the line only.
                kept = file.write(added) == len(added)
                os.fsync(file.fileno())
            except OSError:
                kept = False
                raise
            finally:
                if not kept:
                    # Half a line would make the whole file unreadable.
                    file.truncate(len(text))
            if not kept:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise RuleNotWritten(
            f"{path} cannot be written: {error.strerror or error}. Check its permissions and the space on its disk"
        ) from error
