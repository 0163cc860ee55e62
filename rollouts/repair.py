"""A damaged file made whole: its lines as they should be, and a note of everything that was changed.

A line without damage comes out byte for byte. Of a damaged one comes what `salvage` gets out of it, each record on a
line of its own; what no reader could read is left out. A record of a type that we do not know is no damage of the
bytes, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any

import attrs
import msgspec

from turnfold.rollouts.damage import Damage
from turnfold.rollouts.dialects import Dialect, LineDecoder, MalformedRecord, decoder_for, detect
from turnfold.rollouts.duplicates import has_duplicate_keys, without_duplicate_keys
from turnfold.rollouts.integrity import is_exact, is_exact_line
from turnfold.rollouts.reader import malformed, opened
from turnfold.rollouts.record import RecordLike
from turnfold.rollouts.salvage import Salvaged, salvage
from turnfold.rollouts.source import Block, Source

_untyped: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


class Action(StrEnum):
    """What was done about a damaged or missing place."""

    REMOVED = "removed"
    """The bytes are not in the copy."""
    MENDED = "mended"
    """The record is in the copy, with something sound in place of what was wrong in it."""
    SPLIT = "split"
    """The records are in the copy, a line each."""
    NOTED = "noted"
    """Nothing could be done: the bytes that are missing are in no line."""
    RENUMBERED = "renumbered"
    """The record has another ordinal."""
    ADDED = "added"
    """The record is in the copy alone: it was inferred."""


@attrs.frozen(kw_only=True)
class Change:
    """One difference between a file and its repaired copy."""

    action: Action
    line: int
    """Line in the file, from 1; of something added, the line before which it stands."""
    start: int
    """First byte in the (decompressed) file."""
    end: int
    """The byte after the last one; equal to `start` where something was added."""
    message: str
    code: str | None = None
    """The damage; None where the change was asked for and mends none."""


Note = Callable[[Change], None]


@attrs.frozen
class Line:
    """One line of the repaired file."""

    number: int
    """Of the line in the file that it comes from, from 1."""
    offset: int
    """Where that line begins, in bytes of the (decompressed) file."""
    data: bytes
    """With its line end, unless the file ends without one."""
    records: Sequence[RecordLike] = ()
    """What it says: none if it is blank, several only in a capture."""


class Repair:
    """The repaired lines of one source, which is read once.

    Args:
        source: what to repair.
        note: is told of every change, in the order of the lines.

    `dialect` is known once the first record was read.
    """

    def __init__(self, source: Source, note: Note) -> None:
        self.source = source
        self.dialect: Dialect | None = None
        self._note = note
        self._decoder: LineDecoder | None = None

    def lines(self) -> Iterator[Line]:
        """The lines in file order. Raises SourceError when the system fails to read, and nothing else."""
        for block in self.source.blocks():
            yield from self._whole(block) or self._by_line(block)
        for damage in self.source.damage:
            self._tell(damage, Action.NOTED)

    def _whole(self, block: Block) -> list[Line] | None:
        """All lines of a block at once, if they are beyond doubt."""
        if self._decoder is None or self.dialect is Dialect.OWN or not is_exact(block.data):
            return None
        records = self._decoder.block(block.data)
        if records is None or len(records) != block.lines:
            return None
        lines: list[Line] = []
        offset = block.offset
        for number, (data, record) in enumerate(
            zip(block.data.splitlines(keepends=True), records, strict=True), start=block.first_line
        ):
            lines.append(Line(number, offset, data, (record,)))
            offset += len(data)
        return lines

    def _by_line(self, block: Block) -> Iterator[Line]:
        offset = block.offset
        rows = block.data.split(b"\n")
        for index, row in enumerate(rows):
            number = block.first_line + index
            ending = b"" if index == len(rows) - 1 else b"\n"
            if row.strip():
                yield from self._line(row, ending, number, offset)
            elif row or ending:
                yield Line(number, offset, row + ending)
            offset += len(row) + 1

    def _line(self, row: bytes, ending: bytes, number: int, offset: int) -> Iterator[Line]:
        if is_exact_line(row):
            yield from self._decoded(row, row + ending, number, offset)
            return
        saved = salvage(row, number, offset, not ending)
        for damage in saved.damage:
            self._tell(damage, _action(damage, saved))
        if row.endswith(b"\r") and ending:
            ending = b"\r\n"
        for index, part in enumerate(saved.parts, start=1):
            sound = without_duplicate_keys(part) if has_duplicate_keys(part) else part
            end = ending if index == len(saved.parts) else ending or b"\n"
            yield from self._decoded(sound, sound + end, number, offset)

    def _decoded(self, part: bytes, data: bytes, number: int, offset: int) -> Iterator[Line]:
        """The line, if the record in it can be read."""
        if self._decoder is None:
            self.dialect = detect(_untyped.decode(part))
            self._decoder = decoder_for(self.dialect) if self.dialect else None
        decoder = self._decoder or decoder_for(Dialect.CODEX)
        try:
            records = [opened(record) for record in decoder.line(part)]
        except MalformedRecord as error:
            self._tell(malformed(error, number, offset, len(part)), Action.REMOVED)
        else:
            yield Line(number, offset, data, records)

    def _tell(self, damage: Damage, action: Action) -> None:
        self._note(
            Change(
                action=action,
                line=damage.line,
                start=damage.start,
                end=damage.end,
                message=damage.message,
                code=damage.code,
            )
        )


def _action(damage: Damage, saved: Salvaged) -> Action:
    if damage.code == "TF004":
        return Action.SPLIT
    kept = any(start <= damage.start and damage.end <= end for start, end in saved.spans)
    return Action.MENDED if kept and damage.code != "TF007" else Action.REMOVED
