"""Output within bounds: what is kept of it in memory and on disk, and what the model is shown.

A program is never held up for its output. All of it is read; the first and the last bytes stay in memory, a copy
goes to a file up to a cap, and what is beyond both is counted and dropped.
"""

import codecs
import os
import tempfile
from pathlib import Path
from typing import Final

import attrs
import trio

KEEP_BYTES: Final = 1_048_576
"""Bytes of output that stay in memory, half of them the first and half the last (as in Codex)."""

BYTES_PER_TOKEN: Final = 4
"""How Codex counts tokens where it has only bytes."""

_FLUSH_BYTES = 1_048_576
_CHARACTER_BYTES_MAX = 4
_decoder = codecs.getincrementaldecoder("utf-8")


class HeadTail:
    """Keeps the first and the last bytes of a stream, half of *limit_bytes* each, and counts what fell out."""

    def __init__(self, limit_bytes: int = KEEP_BYTES) -> None:
        self._head_max = limit_bytes // 2
        self._tail_max = limit_bytes - self._head_max
        self._head = bytearray()
        self._tail = bytearray()
        self._total = 0
        self._newlines = 0

    @property
    def total_bytes(self) -> int:
        """Bytes that came in."""
        return self._total

    @property
    def omitted_bytes(self) -> int:
        """Bytes that were dropped between head and tail."""
        return self._total - len(self._head) - len(self._tail)

    def feed(self, data: bytes) -> None:
        """Take in the next bytes."""
        self._total += len(data)
        self._newlines += data.count(b"\n")
        room = self._head_max - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        del self._tail[: max(0, len(self._tail) - self._tail_max)]

    def kept(self) -> bytes:
        """What is kept, as one piece; it is the whole output where nothing was omitted."""
        return bytes(self._head + self._tail)

    def cut_incomplete(self) -> bytes:
        """Take out and return the last bytes where they are the beginning of a character that is not complete."""
        rest = _incomplete(self.kept())
        from_tail = min(len(rest), len(self._tail))
        del self._tail[len(self._tail) - from_tail :]
        del self._head[len(self._head) - (len(rest) - from_tail) :]
        self._total -= len(rest)
        return rest

    def text(self, max_bytes: int) -> str:
        """What the model is shown: all of it, or about *max_bytes* of it, with a note where the middle is missing.

        Bytes that are no UTF-8 are replaced, and no character is cut in two. The note is Codex's.
        """
        kept = self.kept()
        if self._total <= max_bytes and not self.omitted_bytes:
            return kept.decode("utf-8", "replace")
        left_max, right_max = max_bytes // 2, max_bytes - max_bytes // 2
        if self.omitted_bytes:
            # Neither half may reach across what is missing.
            left_max, right_max = min(left_max, len(self._head)), min(right_max, len(self._tail))
        left, right = kept[:left_max], kept[len(kept) - right_max :]
        tokens = -(-(self._total - len(left) - len(right)) // BYTES_PER_TOKEN)
        lines = self._newlines + (not kept.endswith(b"\n"))
        return f"Total output lines: {lines}\n\n{_beginning(left)}…{tokens} tokens truncated…{_ending(right)}"


@attrs.frozen(kw_only=True)
class Spill:
    """Where output goes that is too long to be shown."""

    folder: Path
    """Made when it is needed. Files in it are readable by the user only; whoever owns the folder deletes them."""
    after_bytes: int = 40_000
    """Output of up to this length is not written. At most as much as is kept in memory."""
    cap_bytes: int = 67_108_864
    """Bytes that one file holds at most."""


class OutputCapture:
    """Takes in the output of one program.

    Args:
        name: goes into the name of the file.
        spill: where long output is written to; None for nowhere.
        keep_bytes: bytes that stay in memory.
    """

    def __init__(self, name: str, spill: Spill | None = None, keep_bytes: int = KEEP_BYTES) -> None:
        self._name = "".join(char if char.isalnum() or char in "-_" else "_" for char in name)[:64]
        self._spill = spill
        self._after_bytes = 0 if spill is None else min(spill.after_bytes, keep_bytes)
        self._buffer = HeadTail(keep_bytes)
        self._unwritten = bytearray()
        self._path: Path | None = None
        self._taken = 0
        self._written = 0
        self._failure: str | None = None
        self._flushing = trio.Lock()

    @property
    def total_bytes(self) -> int:
        """Bytes that came in."""
        return self._buffer.total_bytes

    @property
    def path(self) -> Path | None:
        """The file, once there is one."""
        return self._path

    async def feed(self, data: bytes) -> None:
        """Take in the next bytes. A file that cannot be written is given up, and `note` says so."""
        before = self._buffer.kept() if self._begins_to_spill(len(data)) else b""
        self._buffer.feed(data)
        if self._spill is None or self._failure is not None or self._buffer.total_bytes <= self._after_bytes:
            return
        piece = (before + data)[: self._spill.cap_bytes - self._taken]
        self._taken += len(piece)
        self._unwritten += piece
        if len(self._unwritten) >= _FLUSH_BYTES:
            await self._flush(self._spill)

    async def finish(self) -> None:
        """Write what is not in the file yet. May be called while more comes in."""
        if self._spill is not None and self._unwritten:
            await self._flush(self._spill)

    def text(self, max_bytes: int) -> str:
        """What the model is shown of it; see `HeadTail.text`."""
        return self._buffer.text(max_bytes)

    def note(self) -> str | None:
        """Where the rest of long output is, or why it is nowhere; None for output that was not long."""
        if self._failure is not None:
            return f"Output could not be saved: {self._failure}"
        if self._path is None:
            return None
        if self._written < self.total_bytes:
            return f"First {self._written} of {self.total_bytes} bytes saved to: {self._path}"
        return f"All {self.total_bytes} bytes saved to: {self._path}"

    def _begins_to_spill(self, more: int) -> bool:
        total = self._buffer.total_bytes
        return self._spill is not None and total <= self._after_bytes < total + more

    async def _flush(self, spill: Spill) -> None:
        async with self._flushing:
            data = bytes(self._unwritten)
            self._unwritten.clear()
            if not data:
                return
            try:
                self._path = await trio.to_thread.run_sync(
                    _append, spill.folder, self._name, self._path, data
                )
                self._written += len(data)
            except OSError as error:
                self._failure = f"{error.strerror or error} ({error.filename or self._path or spill.folder})"


def _append(folder: Path, name: str, path: Path | None, data: bytes) -> Path:
    """Append *data* to the file, which is made where *path* is None, and return its path.

    It is open only while it is written to, so a program that is cut short leaves no open file.
    """
    if path is None:
        folder.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(prefix=f"{name}-", suffix=".out", dir=folder)
        os.close(handle)
        path = Path(made)
        try:
            path.write_bytes(data)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return path
    with path.open("ab") as file:
        file.write(data)
    return path


def _incomplete(data: bytes) -> bytes:
    """Return the last bytes of *data* if they are the beginning of a character of UTF-8."""
    decoder = _decoder("replace")
    decoder.decode(data[-_CHARACTER_BYTES_MAX:])
    return decoder.getstate()[0]


def _beginning(data: bytes) -> str:
    """Decode what was cut at its end."""
    return _decoder("replace").decode(data)


def _ending(data: bytes) -> str:
    """Decode what was cut at its beginning."""
    start = next((i for i, byte in enumerate(data[: _CHARACTER_BYTES_MAX - 1]) if byte & 0xC0 != 0x80), 3)
    return data[start:].decode("utf-8", "replace")
