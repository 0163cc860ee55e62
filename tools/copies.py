"""Writing a copy of a session beside others: whole or not at all, and never over what it was made from."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

from turnfold.tools.exits import Complaint


@contextlib.contextmanager
def new_file(target: Path, source: str, *, force: bool = False) -> Generator[BinaryIO, None, None]:
    """Give a file to write to; it takes the name *target* when the block ends well, and is gone when it does not.

    It gets the permissions of *source* (a path, or `-`), for it holds the same secrets.

    Raises:
        Complaint: *target* is the source, by whatever name, or exists and *force* was not given, or cannot be written.
    """
    refuse_target(target, source, force=force)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:64]}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise Complaint(f"{target}: {error.strerror}; nothing was written") from error
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            _copy_mode(source, descriptor)
            os.fsync(descriptor)
        refuse_target(target, source, force=force)  # once more: the writing may have taken long
        _name(part, target, force)
    except OSError as error:
        raise Complaint(f"{target}: {error.strerror or error}; nothing was written") from error
    finally:
        part.unlink(missing_ok=True)


def refuse_target(target: Path, source: str, *, force: bool) -> None:
    """Raise Complaint unless *target* may be written: see `new_file`."""
    if not target.parent.is_dir():
        raise Complaint(f"{target}: there is no folder {target.parent}; make it first")
    if target.exists() and not target.is_file():
        raise Complaint(f"{target}: that is a folder or a device; name a file")
    if not os.path.lexists(target):
        return
    with contextlib.suppress(OSError):  # of a source that is no file, or a link that leads nowhere
        if target.samefile(source):  # through links of either kind
            raise Complaint(
                f"{target}: that is the source itself, which is never written to; name another file"
            )
    if not force:
        raise Complaint(f"{target}: there is such a file already; name another, or use --force")


def _name(part: Path, target: Path, force: bool) -> None:
    if force:
        part.replace(target)
        return
    try:
        target.hardlink_to(part)  # unlike a rename, this fails if the name has been taken meanwhile
    except FileExistsError:
        raise Complaint(f"{target}: there is such a file by now; name another, or use --force") from None
    except OSError:
        part.replace(target)  # a file system without hard links


def _copy_mode(source: str, descriptor: int) -> None:
    with contextlib.suppress(OSError):
        os.fchmod(descriptor, Path(source).stat().st_mode & 0o777)
