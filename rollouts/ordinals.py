"""Ordinals counted anew, for a file in which they have gaps, repeats or go back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

import attrs
import msgspec

from turnfold.events import SessionMetaRecorded
from turnfold.rollouts.record import RecordLike, kind_of
from turnfold.rollouts.repair import Action, Change, Line, Note

# Codex writes the keys in this order; only the number is touched, so that the rest stays byte for byte.
_HEAD: Final = re.compile(rb'(\s*\{"timestamp":"[^"\\]*",)(?:"ordinal":(?:-?\d+|null),)?(?!"ordinal")')


def renumbered(lines: Iterable[Line], note: Note) -> Iterator[Line]:
    """Yield the lines with ordinals that rise by one, from the first line on that has one.

    They begin with 0 at the identity record, or where it says that another segment ended; in a file that has lost
    its beginning, with the first one there is. A file without ordinals comes out as it was.
    """
    following: int | None = None
    for index, line in enumerate(lines):
        record = line.records[0] if line.records else None
        if record is None or (following is None and record.ordinal is None):
            yield line
            continue
        if following is None:
            following = _first(record, is_beginning=index == 0)
        if record.ordinal == following:
            yield line
        else:
            yield attrs.evolve(line, data=with_ordinal(line.data, following))
            note(_renumbering(line, record.ordinal, following))
        following += 1


def _first(record: RecordLike, *, is_beginning: bool) -> int:
    payload: object = record.payload
    if is_beginning and kind_of(payload) is SessionMetaRecorded:
        base: Any = getattr(payload, "history_base", None)
        end: object = (
            cast("dict[str, Any]", base).get("end_ordinal_exclusive") if isinstance(base, dict) else None
        )
        return end if isinstance(end, int) and end >= 0 else 0
    return max(record.ordinal or 0, 0)


def _renumbering(line: Line, before: int | None, after: int) -> Change:
    was = "no ordinal" if before is None else f"ordinal {before}"
    return Change(
        action=Action.RENUMBERED,
        line=line.number,
        start=line.offset,
        end=line.offset + len(line.data.rstrip(b"\r\n")),
        message=f"{was}, now {after}",
    )


def with_ordinal(data: bytes, ordinal: int) -> bytes:
    """Return a line, with its line end, whose record has that ordinal."""
    head = _HEAD.match(data)
    if head is not None:
        return b'%s"ordinal":%d,%s' % (head[1], ordinal, data[head.end() :])
    record: dict[str, Any] = msgspec.json.decode(data)
    timestamp = {"timestamp": record["timestamp"]} if "timestamp" in record else {}
    rest = {key: value for key, value in record.items() if key not in ("timestamp", "ordinal")}
    ending = data[len(data.rstrip(b"\r\n")) :]
    return msgspec.json.encode({**timestamp, "ordinal": ordinal, **rest}) + ending
