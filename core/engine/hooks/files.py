"""Files, as hooks need them: small texts that are read, and outputs that are put aside."""

from typing import Protocol

import trio

CONFIG_BYTES_MAX = 4 * 1024 * 1024
"""Largest configuration that is read."""


class Files(Protocol):
    """Reads and writes whole files."""

    async def read(self, path: str) -> bytes | None:
        """Return the content; None when there is no such file. Raises OSError."""
        ...

    async def write(self, path: str, content: bytes) -> None:
        """Write a new file, and the folders above it. Raises OSError."""
        ...


class DiskFiles:
    """The file system."""

    async def read(self, path: str) -> bytes | None:
        """Return the content. Raises OSError also for what is no ordinary file, or is far too large."""
        file = trio.Path(path)
        if not await file.exists():
            return None
        # A pipe of that name would be waited for without end.
        if not await file.is_file():
            raise OSError("it is no ordinary file")
        if (await file.stat()).st_size > CONFIG_BYTES_MAX:
            raise OSError(f"it is larger than {CONFIG_BYTES_MAX} bytes")
        return await file.read_bytes()

    async def write(self, path: str, content: bytes) -> None:
        """Write a file that only the user may read."""
        file = trio.Path(path)
        await file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        await file.touch(mode=0o600)
        await file.write_bytes(content)
