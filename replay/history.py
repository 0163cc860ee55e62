"""The history: what a model would be given of a session's past, after compactions, rollbacks and forks.

`reconstruct` gives the items as the records hold them; `normalized` makes of them what Codex would send. What the
running Codex adds of its own (instructions, surroundings after a compaction) is in no file and in no history here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

import attrs

from turnfold.events import HistoryCompacted, MessageRecorded, SessionMetaRecorded, TurnContextRecorded
from turnfold.replay.history_plan import (
    RECORD,
    SUMMARY,
    HistoryFold,
    Plan,
    ReaderName,
    Ref,
    replacement_items,
)
from turnfold.replay.reading import Numbered, records
from turnfold.replay.segments import Segment
from turnfold.rollouts.record import kind_of


@attrs.frozen(kw_only=True)
class HistoryItem:
    """One item that the model is given."""

    line: int
    """Line of the record that holds it."""
    part: int = RECORD
    """Its index in that compaction's replacement history; `RECORD`, `SUMMARY` or `SYNTHETIC` otherwise."""
    payload: Any
    """The item: a wire struct or an event."""


@attrs.frozen(kw_only=True)
class History:
    """The past of a session as a reader of its file sees it."""

    items: tuple[HistoryItem, ...]
    base: int | None
    """Line of the compaction that it begins with; None when it begins with the session."""
    dropped: tuple[Segment, ...]
    """The stretches that rollbacks took out."""
    settings: Any
    """Payload of the turn context in force: the last one of the last turn of the user that stands; or None."""
    settings_line: int | None
    baseline_line: int | None
    """Line of what the model's surroundings are compared with; None after a compaction: they are told anew."""
    continues: Any
    """Earlier segment of the thread, in another file, that this one continues (`history_base`); or None."""


@attrs.frozen
class Difference:
    """The first place in which the histories of the two readers differ."""

    index: int
    """Number of equal items before it."""
    old: Ref | None
    """What the older reader has there; None when its history ends."""
    new: Ref | None
    """What the newer reader has there; None when its history ends."""


def reconstruct(items: Sequence[Numbered], reader: ReaderName = "new") -> History:
    """Return the history of some records that are in memory. They are gone through twice."""
    return _collect(items, _fold(items).plan(reader))


def reconstruct_file(path: str | os.PathLike[str], reader: ReaderName = "new") -> History:
    """Return the history of the file at *path*, which is read twice: first places are noted, then items are taken.

    Memory holds what is in the history, and places of what is not. Raises SourceError when it cannot be opened.
    """
    return _collect(records(path), _fold(records(path)).plan(reader))


def divergence(items: Iterable[Numbered]) -> Difference | None:
    """Return the first difference between the histories of the two readers, or None when they agree."""
    fold = _fold(items)
    old, new = fold.plan("old").refs, fold.plan("new").refs
    for index, (ours, theirs) in enumerate(zip_longest(old, new)):
        if ours != theirs:
            return Difference(index, ours, theirs)
    return None


def _fold(items: Iterable[Numbered]) -> HistoryFold:
    fold = HistoryFold()
    for item in items:
        fold.feed(item.record, item.line)
    return fold


def _collect(items: Iterable[Numbered], plan: Plan) -> History:
    """Take the payloads that *plan* names."""
    wanted = {ref.record for ref in plan.refs}
    found: dict[tuple[int, int], Any] = {}
    settings: Any = None
    identity: Any = None
    for number, item in enumerate(items):
        payload = item.record.payload
        if number in wanted:
            found.update({(number, part): value for part, value in _parts(payload)})
        if item.line == plan.settings and kind_of(payload) is TurnContextRecorded:
            settings = payload
        if identity is None and kind_of(payload) is SessionMetaRecorded:
            identity = payload
    return History(
        items=tuple(
            HistoryItem(line=ref.line, part=ref.part, payload=found[ref.record, ref.part])
            for ref in plan.refs
        ),
        base=plan.base,
        dropped=plan.dropped,
        settings=settings,
        settings_line=plan.settings,
        baseline_line=plan.baseline,
        continues=getattr(identity, "history_base", None),
    )


def _parts(payload: Any) -> Iterator[tuple[int, Any]]:
    if kind_of(payload) is not HistoryCompacted:
        yield RECORD, payload
    elif payload.replacement_count is None:
        yield SUMMARY, MessageRecorded(role="user", text=payload.message, parts=1)
    else:
        yield from enumerate(replacement_items(payload))
