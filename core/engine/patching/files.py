"""Files, as far as a patch needs them."""

from collections.abc import Sequence
from typing import Protocol

import attrs


class FilesError(Exception):
    """A file could not be read or written.

    Attributes:
        message: what happened, with the path.
        done: paths that had been written or removed before it; empty for reading.
    """

    def __init__(self, message: str, done: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.done = done


@attrs.frozen(kw_only=True)
class FileWrite:
    """What is to become of a file."""

    path: str
    """Absolute."""

    text: str | None
    """Its whole text; None removes it."""


class Files(Protocol):
    """Reads and writes text files. All paths are absolute."""

    def real(self, path: str) -> str:
        """Return *path* without `..` and symbolic links; what does not exist stays as it is. Asks local disks only."""
        ...

    async def read(self, path: str) -> str | None:
        """Return the text of a file; None when there is no file. Raises FilesError for what is no UTF-8 text file."""
        ...

    async def commit(self, writes: Sequence[FileWrite]) -> None:
        """Do all of *writes*, with the folders that they need; a file has its old or its new text, never a part.

        What can fail is done before the first file is changed, as far as that is possible. Raises FilesError, which
        tells what was done nevertheless.
        """
        ...
