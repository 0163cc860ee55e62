"""Files on disk."""

import contextlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import trio

from turnfold.core.engine.patching.files import FilesError, FileWrite

SIZE_MAX: Final = 64 * 1024 * 1024
"""Bytes of the largest file that is read; larger ones are not what patches are for."""


class DiskFiles:
    """Text files on disk, handled in threads.

    A file is written beside its place and then renamed, so a crash leaves the old text or the new one. An existing
    file keeps its permissions; it becomes a new file, so other hard links to it keep the old text.
    """

    def real(self, path: str) -> str:
        """Return *path* without `..` and symbolic links."""
        return os.path.realpath(path)

    async def read(self, path: str) -> str | None:
        """Return the text of a file; None when there is none. Raises FilesError."""
        # A read changes nothing, so one that hangs may be left behind.
        return await trio.to_thread.run_sync(_read, Path(path), abandon_on_cancel=True)

    async def commit(self, writes: Sequence[FileWrite]) -> None:
        """Stage all texts, then rename them into place, then remove files. Raises FilesError.

        A cancellation takes effect before it or after it, never in between.
        """
        await trio.to_thread.run_sync(_commit, tuple(writes))


def _read(path: Path) -> str | None:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            # A pipe or a device could keep its reader waiting for ever.
            raise FilesError(f"{path} is no ordinary file")
        if status.st_size > SIZE_MAX:
            raise FilesError(
                f"{path} has {status.st_size} bytes, more than the {SIZE_MAX} that can be patched"
            )
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FilesError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise FilesError(f"{path} is no UTF-8 text (byte {error.start})") from error


def _commit(writes: tuple[FileWrite, ...]) -> None:
    staged: list[Path] = []
    done: list[str] = []
    path = ""
    try:
        for write in writes:
            path = write.path
            if write.text is not None:
                staged.append(_stage(Path(path), write.text))
        waiting = iter(staged)
        # Removals come last: of a file that is moved there are rather two than none.
        for write in sorted(writes, key=lambda write: write.text is None):
            path = write.path
            if write.text is None:
                Path(path).unlink()
            else:
                next(waiting).replace(path)
            done.append(path)
    except (OSError, UnicodeEncodeError) as error:
        for temporary in staged:
            # Those that were renamed are not there any more.
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        raise FilesError(f"{path} cannot be written: {_reason(error)}", tuple(done)) from error


def _stage(path: Path, text: str) -> Path:
    """Write *text* beside *path* and return where."""
    data = text.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".apply_patch-{os.urandom(8).hex()}.tmp")
    # As an ordinary program creates a file: the user's mask decides about its permissions.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(descriptor, stat.S_IMODE(path.stat().st_mode))
            file.write(data)
    except OSError:
        temporary.unlink()
        raise
    return temporary


def _reason(error: OSError | UnicodeEncodeError) -> str:
    if isinstance(error, UnicodeEncodeError):
        return f"character {error.start} is half of a surrogate pair"
    return error.strerror or str(error)
