"""Where lines come from: a plain file, a `.zst` file or standard input, as blocks of whole lines.

No work is done per line here: a block is cut at its last newline, and that is all.

A plain file is read as far as it went when it was opened, and on to the end of the line it was in the middle
of. What a live writer appends later is left for the next time: how much of a growing file is read does not
depend on how long that takes. A tail without a newline is handed on as it is: whether it is a whole record is
for the caller to see.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, cast

import attrs

from turnfold.rollouts.damage import Damage, damaged
from turnfold.rollouts.zstd import MAGIC, decompressed

BLOCK_BYTES: Final = 65_536
STDIN: Final = "-"


class SourceError(Exception):
    """A source cannot be opened or read. What is wrong *in* it is damage, and no exception."""


@attrs.frozen(kw_only=True)
class Block:
    """Successive whole lines of a source."""

    data: bytes
    """Ends with a newline, unless this is the tail of a source that does not end with one."""
    offset: int
    """Where `data` begins in the (decompressed) stream, in bytes."""
    first_line: int
    """Number of the first line, from 1."""
    lines: int
    """How many lines there are; the tail counts as one."""
    final: bool
    """Whether this is that tail: one line, the last, with no newline after it."""

    @classmethod
    def empty(cls, line: int, offset: int = 0) -> Block:
        """Return a block of nothing that stands before *line*."""
        return cls(data=b"", offset=offset, first_line=line, lines=0, final=False)


class Source:
    """One opened source. Read it once."""

    def __init__(self, name: str, stream: io.BufferedReader, path: Path | None) -> None:
        self.name = name
        """The path as it was given; `-` for standard input."""
        self.compressed = stream.peek(len(MAGIC)).startswith(MAGIC)
        """Whether it is a zstd stream, by its first bytes and not by its name."""
        self.damage: list[Damage] = []
        """Damage of the source as a whole; complete when the blocks are used up."""
        self._stream = stream
        self._path = path
        self._before = os.fstat(stream.fileno()) if path is not None else None
        self._read = 0  # bytes that came out of the stream
        self._offset = 0  # bytes of the blocks so far
        self._line = 1

    def blocks(self, size: int = BLOCK_BYTES) -> Iterator[Block]:
        """Yield the lines in blocks of about *size* bytes, and longer only where a single line is.

        Takes linear time, and at most about twice the longest line of memory. Raises SourceError when the
        system fails to read.
        """
        held = bytearray()  # the beginning of a line whose end has not been seen
        try:
            for chunk in self._chunks(size):
                self._read += len(chunk)
                cut = chunk.rfind(b"\n") + 1
                if not cut:
                    held += chunk
                    continue
                whole = memoryview(chunk)
                block = self._block(b"".join((held, whole[:cut])))
                held = bytearray(whole[cut:])
                yield block
                del block  # a long line is not kept while the next one is read
        except OSError as error:
            raise _refused(self.name, error) from error
        if held:
            yield self._block(bytes(held))
        self._look_again()

    def _block(self, data: bytes) -> Block:
        lines = data.count(b"\n")
        offset, line = self._offset, self._line
        self._offset += len(data)
        self._line += lines
        return Block(data=data, offset=offset, first_line=line, lines=lines or 1, final=not lines)

    def _chunks(self, size: int) -> Iterable[bytes]:
        if self.compressed:
            return decompressed(self._stream, lambda message: self._damaged("TF013", message))
        # A file of no size may be one of /proc, which has content all the same.
        return _snapshot(self._stream, size, (self._before and self._before.st_size) or None)

    def _look_again(self) -> None:
        """Find out whether the file was changed while it was read."""
        before = self._before
        if before is None or self._path is None or not stat.S_ISREG(before.st_mode):
            return
        size = os.fstat(self._stream.fileno()).st_size
        if size < before.st_size:
            self._damaged("TF015", f"the file shrank from {before.st_size} to {size} bytes")
        try:
            now = self._path.stat()
        except OSError:
            return  # moved or removed, as when Codex compresses a file: what was read is the whole of it
        if (now.st_dev, now.st_ino) != (before.st_dev, before.st_ino):
            self._damaged("TF015", "another file has taken its place; the former one was read")

    def _damaged(self, code: str, message: str) -> None:
        self.damage.append(damaged(code, self._line, self._read, self._read, message))


@contextmanager
def open_source(path: str | os.PathLike[str]) -> Generator[Source, None, None]:
    """Open a file, or standard input for the string `-`, to read it once.

    Raises SourceError, naming the file and what can be done.
    """
    if path == STDIN:
        yield Source(STDIN, _stdin(), None)
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(path).open("rb"))
            source = Source(os.fspath(path), stream, Path(path))
        except OSError as error:
            raise _refused(os.fspath(path), error) from error
        yield source


def source_of(data: bytes, name: str = "<memory>") -> Source:
    """Return a source that reads *data*, which may be compressed, as if it were a file of that name."""
    return Source(name, io.BufferedReader(io.BytesIO(data)), None)


def _snapshot(stream: io.BufferedReader, size: int, limit: int | None) -> Iterator[bytes]:
    """Yield what is there up to *limit* and on to the end of the line that stands there; without one, all."""
    left = limit
    while chunk := stream.read1(size):
        if left is not None:
            if left <= len(chunk) and (end := chunk.find(b"\n", max(left - 1, 0)) + 1):
                yield chunk[:end]
                return
            left -= len(chunk)
        yield chunk


def _stdin() -> io.BufferedReader:
    stream = cast("io.BufferedReader | io.BytesIO | None", getattr(sys.stdin, "buffer", None))
    if stream is None:
        raise SourceError("-: there is no standard input; name a file instead")
    # Whoever puts something else in its place, such as a test, may give a stream without `peek`.
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)


def _refused(name: str, error: OSError) -> SourceError:
    match error:
        case FileNotFoundError():
            remedy = "check the path"
        case IsADirectoryError():
            remedy = "name a file in it, or let it be searched for rollouts"
        case PermissionError():
            remedy = "check its permissions"
        case _:
            remedy = "try to read it with another program"
    return SourceError(f"{name}: {error.strerror or error}; {remedy}")
