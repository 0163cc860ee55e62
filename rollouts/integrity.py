"""Are the bytes what they should be? Asked of whole blocks first, of single lines where a block fails.

Some damage does not keep a line from being decoded: a key twice in an object, invalid UTF-8 in a field that nobody
reads. So the question is asked apart from the decoding that rules live on, and for a long file on another core.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from turnfold.rollouts.damage import Damage
from turnfold.rollouts.duplicates import has_duplicate_keys
from turnfold.rollouts.salvage import salvage
from turnfold.rollouts.source import Block, Source, SourceError, open_source

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

APART_FROM_BYTES: Final = 16 * 1024 * 1024
"""Size of a file from which a second core is worth the fork (some 5 ms)."""

_untyped = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()


def is_exact(lines: bytes) -> bool:
    """Whether some lines are JSON objects in canonical form, one a line: then nothing in them can be damaged.

    They are if they come out the same when they are decoded without types and encoded again: a key that occurs
    twice, two records on one line, whitespace, another escape of a character: each of these changes the bytes.
    """
    try:
        return _encoder.encode_lines(_untyped.decode_lines(lines)) == lines
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def is_exact_line(line: bytes) -> bool:
    """Whether one line is a JSON object that a strict reader accepts, with no key twice in any object."""
    try:
        value: Any = _untyped.decode(line)
        if not isinstance(value, dict):
            return False
        return _encoder.encode(value) == line or has_duplicate_keys(line) is None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def damage_of(block: Block) -> Iterator[Damage]:
    """What is damaged in one block, line by line."""
    offset = block.offset
    lines = block.data.split(b"\n")
    for index, line in enumerate(lines):
        if line.strip() and not is_exact_line(line):
            last = block.final and index == len(lines) - 1
            yield from salvage(line, block.first_line + index, offset, last).damage
        offset += len(line) + 1


def damage_in(source: Source) -> list[Damage]:
    """What is damaged in the lines of a source."""
    return [damage for block in source.blocks() if not is_exact(block.data) for damage in damage_of(block)]


class Apart:
    """The damage of a file, looked for in a process of its own while this one reads on."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        context = get_context("fork")
        self._path = path
        self._answer, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_look, args=(path, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def damage(self) -> Sequence[Damage]:
        """Wait for the answer. If the other process died, look here."""
        try:
            found: list[Damage] = self._answer.recv()
        except (EOFError, OSError):
            with open_source(self._path) as source:
                found = damage_in(source)
        finally:
            self._answer.close()
            self._process.join()
        return found

    def abandon(self) -> None:
        """Nobody wants the answer any more."""
        self._process.kill()
        self._process.join()
        self._answer.close()


def _look(path: str | os.PathLike[str], answer: Connection) -> None:
    try:
        with open_source(path) as source:
            answer.send(damage_in(source))
    except (SourceError, OSError, KeyboardInterrupt):
        answer.close()  # whoever waits will look, and find out why, himself


def look_apart(path: str | os.PathLike[str]) -> Apart | None:
    """Begin to look for damage on another core, where that is worth it and can be had."""
    try:
        large = Path(path).stat().st_size >= APART_FROM_BYTES
    except OSError:
        return None
    if not large or (os.cpu_count() or 1) < 2 or "fork" not in get_all_start_methods():
        return None
    return Apart(path)
