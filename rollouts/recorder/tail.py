"""The end of a log that is to be continued: what of it is whole, and which number comes next."""

from __future__ import annotations

from typing import Any, Final, cast

import attrs
import msgspec

from turnfold.rollouts.recorder.files import FileOps, read_range
from turnfold.rollouts.zstd import MAGIC

CHUNK_BYTES: Final = 65_536


class CannotContinue(Exception):
    """The file is sound, but is not one to append to."""


@attrs.frozen(kw_only=True)
class Tail:
    """How a log ends."""

    end: int
    """Size of what is whole, in bytes; what follows is torn."""
    needs_newline: bool
    """Whether the last record is whole and only its newline is missing."""
    next_seq: int
    """Number of the next event: behind our own records and those that Codex appended."""


@attrs.define
class _Scan:
    """What is known of a log's end, read line by line from the back."""

    end: int
    needs_newline: bool = False
    guests: int = 0
    """Records without `seq` behind our last one."""
    next_seq: int | None = None
    """Set once our last record was found."""

    def line(self, text: bytes, start: int) -> None:
        record = _record(text)
        if record is None:
            return
        if isinstance(record.get("ordinal"), int):
            raise CannotContinue(
                "its lines have ordinals, which we do not write: fork it, or continue it with Codex"
            )
        seq = record.get("seq")
        if not isinstance(seq, int):
            self.guests += 1
        elif record.get("derived") is not True:
            self.next_seq = seq + 1 + self.guests
        elif not self.guests:  # a copy whose event was not written
            self.end, self.needs_newline = start, False


def tail_of(files: FileOps, fd: int) -> Tail:
    """Look at the end of a file, from the back and no further than to our last record.

    Raises CannotContinue for a file in a form that must not be appended to.
    """
    size = files.size(fd)
    if files.read(fd, len(MAGIC), 0) == MAGIC:
        raise CannotContinue("it is compressed: unpack it first (`zstd -d`)")
    length = CHUNK_BYTES
    while True:
        begin = max(size - length, 0)
        data = read_range(files, fd, begin, size)
        scan = _scanned(data, begin)
        if scan is not None and scan.next_seq is not None:
            return Tail(end=scan.end, needs_newline=scan.needs_newline, next_seq=scan.next_seq)
        if scan is not None and begin == 0:
            return Tail(end=scan.end, needs_newline=scan.needs_newline, next_seq=scan.guests)
        length *= 4


def _scanned(data: bytes, begin: int) -> _Scan | None:
    """What the lines of *data*, which ends where the file does, say; None when no line in it begins there."""
    first = 0
    if begin:
        first = data.find(b"\n") + 1
        if first == 0:
            return None
    last = data.rfind(b"\n") + 1
    torn = data[last:]
    is_whole = _record(torn) is not None
    scan = _Scan(end=begin + (len(data) if is_whole else last), needs_newline=is_whole)
    stop = len(data) if is_whole else last
    while stop > first and scan.next_seq is None:
        start = max(data.rfind(b"\n", first, stop - 1) + 1, first)
        scan.line(data[start:stop], begin + start)
        stop = start
    return scan


def _record(text: bytes) -> dict[str, Any] | None:
    try:
        found: Any = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None
