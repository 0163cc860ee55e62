"""Twins in our own log: the copy of an event that Codex wants beside the event's own record.

A copy is marked `derived` and stands directly before its original, with the same `seq`, in the order in which Codex
writes the two. A crash between them leaves a copy alone at the end: the event was not written, and nothing is wrong.
"""

from __future__ import annotations

from typing import Any

import attrs

from turnfold.events import AbortMarkerRecorded, AgentMessageEmitted, MessageRecorded, UserInputRecorded
from turnfold.rollouts.batch import Batch
from turnfold.rollouts.record import RecordLike, kind_of


def agrees(copy: Any, original: Any) -> bool:
    """Whether two payloads are twins and say the same. Texts are compared; images and the like are not."""
    match kind_of(copy), kind_of(original):
        case (k, o) if k is MessageRecorded and o is UserInputRecorded:
            return bool(copy.role == "user" and (copy.text or "") == (original.message or ""))
        case (k, o) if k is MessageRecorded and o is AbortMarkerRecorded:
            return bool(copy.role == original.role and copy.text == original.text)
        case (k, o) if k is AgentMessageEmitted and o is MessageRecorded:
            return bool(original.role == "assistant" and copy.message == original.text)
        case _:
            return False


class TwinFilter:
    """Leaves out the copies that agree with their originals, from batch to batch."""

    def __init__(self) -> None:
        self._held: tuple[RecordLike, int] | None = None
        """A copy whose original may be the next record, and its line."""

    def without_twins(self, batch: Batch) -> Batch:
        """The batch without copies; one that contradicts its original comes with it, and is no twin."""
        records: list[RecordLike] = []
        lines: list[int] = []
        for record, line in zip(batch.records, batch.lines, strict=True):
            held, self._held = self._held, None
            if record.derived is True:
                self._held = record, line
                continue
            if held is not None and held[0].seq == record.seq and not agrees(held[0].payload, record.payload):
                records.append(held[0])
                lines.append(held[1])
            records.append(record)
            lines.append(line)
        return attrs.evolve(batch, records=records, lines=lines)
