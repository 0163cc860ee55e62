"""Files in memory, for tests and rehearsals."""

import posixpath
from collections.abc import Mapping, Sequence

import trio

from turnfold.core.engine.patching.files import FilesError, FileWrite


class MemoryFiles:
    """Keeps texts by path in `texts`.

    Args:
        texts: what is there at first.
        links: symbolic links, by path.
        fails: reason why the change of a path fails, by path; what stands before it in the order is done.
    """

    def __init__(
        self,
        texts: Mapping[str, str] | None = None,
        *,
        links: Mapping[str, str] | None = None,
        fails: Mapping[str, str] | None = None,
    ) -> None:
        self.texts = dict(texts or {})
        self.links = dict(links or {})
        self.fails = dict(fails or {})

    def real(self, path: str) -> str:
        """Return *path* with its links followed, one after the other."""
        path = posixpath.normpath(path)
        for link, target in self.links.items():
            if path == link or path.startswith(f"{link}/"):
                path = target + path[len(link) :]
        return path

    async def read(self, path: str) -> str | None:
        """Return a text; None when there is none."""
        await trio.lowlevel.checkpoint()
        return self.texts.get(self.real(path))

    async def commit(self, writes: Sequence[FileWrite]) -> None:
        """Do *writes*, removals last. Raises FilesError at the first that is to fail."""
        await trio.lowlevel.checkpoint()
        done: list[str] = []
        for write in sorted(writes, key=lambda write: write.text is None):
            if write.path in self.fails:
                raise FilesError(f"{write.path} cannot be written: {self.fails[write.path]}", tuple(done))
            if write.text is None:
                del self.texts[write.path]
            else:
                self.texts[write.path] = write.text
            done.append(write.path)
