"""Zstandard streams, taken apart by hand as far as the blocks.

The library's own stream reader ends without a word where a file was cut, and loses what it had decoded where
a checksum fails. Fed one block at a time, the decoder gives up at most 128 KiB a step (a file of a few bytes
can unfold to gigabytes), and only the block that is broken is lost. Format: RFC 8878, section 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Protocol

import zstandard

MAGIC: Final = b"\x28\xb5\x2f\xfd"
_SKIPPABLE: Final = range(0x184D2A50, 0x184D2A60)
_HAS_CHECKSUM: Final = 0x04
_BLOCK_RLE: Final = 1
_BLOCK_RESERVED: Final = 3

Report = Callable[[str], None]
"""Told of each fault of the stream, at the place where it is met."""


class Readable(Protocol):
    """What is read from."""

    def read(self, size: int, /) -> bytes:
        """Return *size* bytes, fewer only at the end."""
        ...


class _LostError(Exception):
    """The stream ends early, or the next frame cannot be found."""


def decompressed(stream: Readable, report: Report) -> Iterator[bytes]:
    """Yield the content of every frame of *stream*, at most 128 KiB at a time.

    Raises nothing for what the stream holds: a fault is reported, the rest of a broken frame is passed over,
    and reading goes on with the next frame as long as one can be found.
    """
    try:
        while magic := stream.read(len(MAGIC)):
            if magic == MAGIC:
                yield from _frame(stream, report)
            elif int.from_bytes(magic, "little") in _SKIPPABLE:
                _exactly(stream, int.from_bytes(_exactly(stream, 4), "little"))
            else:
                raise _LostError("bytes after a frame are not another frame")
    except _LostError as error:
        report(str(error))


def _frame(stream: Readable, report: Report) -> Iterator[bytes]:
    """Yield what one frame holds; its magic number has been read."""
    decoder = zstandard.ZstdDecompressor().decompressobj()
    broken = False
    for piece in _pieces(stream):
        if broken:
            continue
        try:
            content = decoder.decompress(piece)
        except zstandard.ZstdError as error:
            broken = True
            report(f"a frame cannot be decompressed further ({error})")
        else:
            if content:
                yield content


def _pieces(stream: Readable) -> Iterator[bytes]:
    """Yield the header of a frame, each of its blocks, and its checksum."""
    header = MAGIC + _exactly(stream, 1)
    flags = header[-1]
    yield header + _exactly(stream, zstandard.frame_header_size(header) - len(header))
    last = 0
    while not last:
        head = _exactly(stream, 3)
        bits = int.from_bytes(head, "little")
        last, kind, size = bits & 1, bits >> 1 & 3, bits >> 3
        if kind == _BLOCK_RESERVED:
            raise _LostError("a block is of no known kind")
        yield head + _exactly(stream, 1 if kind == _BLOCK_RLE else size)
    if flags & _HAS_CHECKSUM:
        yield _exactly(stream, 4)


def _exactly(stream: Readable, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise _LostError("the stream stops inside a frame")
    return data
