"""The tolerant reader: batches of records from any source, with what was damaged on the way.

A block of lines is decoded in one call where every line is what it should be. Whether it is, is asked of the bytes
and not assumed (`integrity`). A block for which it fails is taken line by line, and a line that is damaged goes through
`salvage`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec

from turnfold.events import SessionMetaRecorded, UnknownRecorded
from turnfold.rollouts.batch import Batch
from turnfold.rollouts.damage import Damage, damaged
from turnfold.rollouts.dialects import Dialect
from turnfold.rollouts.dialects.base import LineDecoder, MalformedRecord, unknown
from turnfold.rollouts.dialects.detect import decoder_for, detect
from turnfold.rollouts.dialects.envelope import open_own
from turnfold.rollouts.integrity import is_exact, is_exact_line
from turnfold.rollouts.profile import Profile, profile_of
from turnfold.rollouts.record import RecordLike, kind_of
from turnfold.rollouts.salvage import salvage
from turnfold.rollouts.source import Block, Source
from turnfold.rollouts.twins import TwinFilter
from turnfold.rollouts.wire import OwnRecord

_untyped = msgspec.json.Decoder()


class Reader:
    """Reads one source to its end, whatever is in it.

    Args:
        source: what to read.
        trusting: do not ask whether lines are exact, but take those that can be decoded. The records are the same;
            damage that does not keep a line from being decoded is not named. For who has it named elsewhere.
        twins: hand on the copies for readers of Codex's form too, which our own log holds before some events. Without
            them, an event is there once, and only a copy that contradicts its event is left standing before it.

    `profile` is known once the first batch has been read, and changes where the producer does.
    """

    def __init__(self, source: Source, *, trusting: bool = False, twins: bool = True) -> None:
        self.source = source
        self.profile: Profile = profile_of(Dialect.CODEX)
        self.unknown_types: Counter[str] = Counter()
        self.lines = 0
        self._decoder: LineDecoder | None = None
        self._trusting = trusting
        self._twins = None if twins else TwinFilter()
        self._own = False
        self._own_profile = self._guest_profile = self.profile

    def batches(self) -> Iterator[Batch]:
        """The batches in file order. Never raises for what the file holds."""
        for block in self.source.blocks():
            batch = self._typed(block) or self._by_line(block)
            self.lines = block.first_line + block.lines - 1
            yield from self._by_producer(batch) if self._own else (batch,)
        damage = list(self.source.damage)
        if not self.lines and not damage:
            damage.append(damaged("TF016", 1, 0, 0, "the file is empty"))
        if damage:
            yield Batch(records=(), lines=(), damage=damage, block=Block.empty(self.lines + 1))

    def _by_producer(self, batch: Batch) -> Iterator[Batch]:
        """Cut a batch where the producer changes: Codex may go on with a log of ours, and we with its.

        Our lines have a `seq`, its lines have none.
        """
        begun = 0
        if self._twins is not None:
            batch = self._twins.without_twins(batch)
        for mine, run in groupby(batch.records, key=lambda record: record.seq is not None):
            end = begun + sum(1 for _ in run)
            self.profile = self._own_profile if mine else self._guest_profile
            damage = batch.damage if begun == 0 else ()
            lines = batch.lines[begun:end]
            yield Batch(records=batch.records[begun:end], lines=lines, damage=damage, block=batch.block)
            begun = end
        if not batch.records:
            yield batch

    def _typed(self, block: Block) -> Batch | None:
        """The whole block at once, if every line of it is beyond doubt."""
        if self._decoder is None or not (self._trusting or is_exact(block.data)):
            return None
        records = self._decoder.block(block.data)
        if records is None or len(records) != block.lines:
            return None
        if self._own:
            try:
                records = [opened(record) for record in records]
            except MalformedRecord:
                return None
        if self.profile.version is None:  # the identity may come late
            for record in records:
                self._notice(record.payload)
        return Batch(
            records=records, lines=range(block.first_line, block.first_line + block.lines), block=block
        )

    def _by_line(self, block: Block) -> Batch:
        records: list[RecordLike] = []
        numbers: list[int] = []
        damage: list[Damage] = []
        number, offset = block.first_line, block.offset
        lines = block.data.split(b"\n")
        for index, line in enumerate(lines):
            if line.strip():
                last = block.final and index == len(lines) - 1
                for record in self._records(line, number, offset, last, damage):
                    records.append(record)
                    numbers.append(number)
            number += 1
            offset += len(line) + 1
        return Batch(records=records, lines=numbers, damage=damage, block=block)

    def _records(
        self, line: bytes, number: int, offset: int, last: bool, damage: list[Damage]
    ) -> Iterator[RecordLike]:
        parts: Sequence[bytes] = (line,)
        if not is_exact_line(line):
            saved = salvage(line, number, offset, last)
            parts = saved.parts
            damage.extend(saved.damage)
        for part in parts:
            try:
                yield from self._decoded(part)
            except MalformedRecord as error:
                damage.append(malformed(error, number, offset, len(line)))
                yield unknown(_untyped.decode(part))

    def _decoded(self, part: bytes) -> Iterator[RecordLike]:
        if self._decoder is None:
            self._choose(part)
        decoder = self._decoder or decoder_for(Dialect.CODEX)
        for decoded in decoder.line(part):
            record = opened(decoded)
            if isinstance(record.payload, UnknownRecorded):
                self.unknown_types[record.payload.record_type] += 1
            self._notice(record.payload)
            yield record

    def _choose(self, part: bytes) -> None:
        """Settle the dialect by the first record that speaks one."""
        dialect = detect(_untyped.decode(part))
        if dialect is not None:
            self._decoder = decoder_for(dialect)
            self._own = dialect is Dialect.OWN
            self._take_profile(dialect, None, None)

    def _notice(self, payload: Any) -> None:
        """Take the producer from the session's identity record."""
        if kind_of(payload) is SessionMetaRecorded and self.profile.version is None:
            self._take_profile(self.profile.dialect, payload.originator, payload.cli_version)

    def _take_profile(self, dialect: Dialect, client: str | None, version: str | None) -> None:
        self.profile = self._own_profile = profile_of(dialect, client, version)
        self._guest_profile = profile_of(Dialect.CODEX)


def opened(record: RecordLike) -> RecordLike:
    """The record itself, or for one of our own type the event in it. Raises MalformedRecord."""
    return open_own(record) if type(record.payload) is OwnRecord else record


def malformed(error: MalformedRecord, number: int, offset: int, length: int) -> Damage:
    """The damage of a line that is sound JSON and no record that can be read."""
    return damaged(error.code, number, offset, offset + length, str(error))
