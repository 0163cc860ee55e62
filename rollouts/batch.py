"""What the reader hands on at a time."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from turnfold.rollouts.damage import Damage
from turnfold.rollouts.record import RecordLike
from turnfold.rollouts.source import Block


@attrs.define(kw_only=True)
class Batch:
    """Some successive records of one source.

    `records[i]` stands on line `lines[i]`; a line may hold several (joined records) or none (blank, lost).
    """

    records: Sequence[RecordLike]
    lines: Sequence[int]
    damage: Sequence[Damage] = ()
    block: Block
    _texts: list[bytes] | None = attrs.field(default=None, init=False, repr=False, eq=False)
    """The lines of the block, once one was asked for: where one is, the next mostly is too."""

    def text_of(self, line: int) -> bytes | None:
        """The bytes of one line of this batch, without its newline; None for a line that is not in it."""
        index = line - self.block.first_line
        if not 0 <= index < self.block.lines:
            return None
        if self._texts is None:
            self._texts = self.block.data.split(b"\n")
        return self._texts[index]
