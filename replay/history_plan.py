"""Which lines make up the history, as two readers of Codex see it.

The **new** reader keeps segments that no rollback took out, and begins with the newest compaction among them. The
**old** one (Codex before commit 0cf88612) stops reading at the newest compactions whether or not their turns were
rolled back, so that everything older is lost; it applies rollbacks afterwards, to what it has read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, Final, Literal, cast

import attrs
import msgspec

from turnfold.events import (
    HistoryCompacted,
    HistoryRolledBack,
    MailRecorded,
    MessageRecorded,
    UnknownRecorded,
)
from turnfold.replay.segments import ITEMS, Segment, Segments
from turnfold.replay.user_text import is_boundary
from turnfold.rollouts.record import kind_of
from turnfold.rollouts.wire import BARE

ReaderName = Literal["new", "old"]

RECORD: Final = -1
"""`Ref.part` of an item that is a record of its own."""
SUMMARY: Final = -2
"""`Ref.part` of the summary that an old compaction left in place of the history."""


@attrs.frozen
class Ref:
    """One item of a history: where it stands, not what it says."""

    line: int
    record: int
    """Number of the record, from 0; a damaged line may hold several."""
    part: int = RECORD
    """Index in the replacement history of that compaction; else `RECORD` or `SUMMARY`."""
    is_boundary: bool = False
    """Whether a turn of the user begins with it."""
    segment: int = 0
    """Number of the segment that recorded it; that of the compaction for a replaced item."""


class Op(Enum):
    """What a record does to the history."""

    ITEM = 1
    REPLACE = 2
    SUMMARIZE = 3
    ROLL_BACK = 4


@attrs.frozen
class Fact:
    """One record that does something to the history."""

    op: Op
    segment: int
    line: int
    refs: tuple[Ref, ...] = ()
    turns: int = 0
    """Number of turns of a rollback."""


@attrs.frozen(kw_only=True)
class Plan:
    """What a reader takes into the history."""

    refs: tuple[Ref, ...]
    """The items in order."""
    base: int | None
    """Line of the compaction that the history begins with; None when it begins with the session."""
    dropped: tuple[Segment, ...]
    """The segments that were rolled back."""
    settings: int | None
    """Line of the turn context in force."""
    baseline: int | None
    """Line of what the model's surroundings are compared with; None when they will be told anew."""


class HistoryFold:
    """Feed it every record in order; ask for a `plan` at any time. It keeps places, no texts."""

    def __init__(self) -> None:
        self.segments = Segments()
        self._facts: list[Fact] = []
        self._record = -1

    def feed(self, record: Any, line: int) -> None:
        """Take in one record that stands on *line*."""
        self._record += 1
        if is_mail_metadata(record):
            return
        payload = record.payload
        self.segments.feed(payload, line)
        kind, here = kind_of(payload), self.segments.current.number
        if kind in ITEMS:
            ref = Ref(line, self._record, RECORD, kind is MailRecorded or _begins_turn(payload), here)
            self._facts.append(Fact(Op.ITEM, here, line, (ref,)))
        elif kind is HistoryCompacted:
            self._facts.append(_compaction(payload, line, self._record, here))
        elif kind is HistoryRolledBack:
            self._facts.append(Fact(Op.ROLL_BACK, here, line, turns=payload.num_turns or 0))

    def plan(self, reader: ReaderName = "new") -> Plan:
        """What the *reader* makes of the records so far."""
        refs, base = (self._new if reader == "new" else self._old)()
        settings = next(
            (s.settings for s in reversed(self.segments.live()) if s.is_user and s.settings), None
        )
        return Plan(
            refs=tuple(refs),
            base=base,
            dropped=tuple(segment for segment in self.segments.all if segment.dropped_by),
            settings=settings,
            baseline=self._baseline(),
        )

    def _baseline(self) -> int | None:
        for segment in reversed(self.segments.live()):
            if segment.compaction > segment.baseline:
                return None
            if segment.is_user and segment.baseline:
                return segment.baseline
        return None

    def _new(self) -> tuple[list[Ref], int | None]:
        live = {segment.number for segment in self.segments.live()}
        base = max((segment.base for segment in self.segments.live()), default=0)
        kept = (fact for fact in self._facts if fact.segment in live)
        # What a rollback takes out is left out already.
        return _replay(kept, lambda _refs, _turns: None), base or None

    def _old(self) -> tuple[list[Ref], int | None]:
        start, base = self._old_start()
        refs = _replay(self._facts[start:], self._drop_turns)
        return refs, base

    def _old_start(self) -> tuple[int, int | None]:
        """Where the old reader begins to replay, and the base that it found.

        Newest to oldest: each compaction with a replacement history moves the beginning behind itself, and the
        first one whose segment survives the rollbacks seen so far ends the search.
        """
        live = {segment.number for segment in self.segments.live()}
        start = 0
        passed = -1
        for index in range(len(self._facts) - 1, -1, -1):
            fact = self._facts[index]
            if fact.op is not Op.REPLACE or fact.segment == passed:
                continue
            if fact.segment in live:
                return index, fact.line
            start, passed = index + 1, fact.segment
        return start, None

    def _drop_turns(self, refs: list[Ref], turns: int) -> None:
        """Cut *refs* before the last *turns* turns of the user; what stands before the first turn stays."""
        cut = len(refs)
        while turns > 0 and cut and refs[cut - 1].segment:
            begin = cut - 1
            while begin and self._go_together(refs[begin - 1], refs[cut - 1]):
                begin -= 1
            turns -= any(ref.is_boundary for ref in refs[begin:cut])
            cut = begin
        del refs[cut:]

    def _go_together(self, one: Ref, other: Ref) -> bool:
        """Whether two items are of one turn: the records of a turn are, however often the user spoke in it."""
        if one.part != RECORD or other.part != RECORD:
            return False
        return self.segments.head(one.segment) is self.segments.head(other.segment)


def _compaction(compacted: Any, line: int, record: int, segment: int) -> Fact:
    if compacted.replacement_count is None:
        return Fact(Op.SUMMARIZE, segment, line, (Ref(line, record, SUMMARY, True, segment),))
    items = enumerate(replacement_items(compacted))
    refs = tuple(Ref(line, record, part, _begins_turn(item), segment) for part, item in items)
    return Fact(Op.REPLACE, segment, line, refs)


def _begins_turn(item: Any) -> bool:
    return kind_of(item) is MessageRecorded and is_boundary(item)


def _replay(facts: Iterable[Fact], drop: Callable[[list[Ref], int], None]) -> list[Ref]:
    refs: list[Ref] = []
    for fact in facts:
        match fact.op:
            case Op.ITEM:
                refs.extend(fact.refs)
            case Op.REPLACE:
                refs = list(fact.refs)
            case Op.SUMMARIZE:
                # What was said by the user stays; the running Codex puts its own instructions before it.
                refs = [ref for ref in refs if ref.is_boundary and ref.part != SUMMARY] + list(fact.refs)
            case _:
                drop(refs, fact.turns)
    return refs


def is_mail_metadata(record: object) -> bool:
    """Whether a record of mail only announces the mail that follows."""
    config = getattr(type(record), "__struct_config__", None)
    return config is not None and config.tag == "inter_agent_communication_metadata"


def replacement_items(compacted: Any) -> Sequence[Any]:
    """The payloads of the replacement history of a compaction: of a wire struct, or of an event.

    An item of a type that this version does not know is an `UnknownRecorded`.
    """
    raw: Any = getattr(compacted, "replacement_history", None)
    if raw is None:
        raw = compacted.extra.get("replacement_history") if hasattr(compacted, "extra") else None
    return [_item(item) for item in raw or ()]


def _item(raw: Any) -> Any:
    value: Any = msgspec.json.decode(raw) if isinstance(raw, msgspec.Raw) else raw
    try:
        return msgspec.convert(value, BARE)
    except msgspec.ValidationError:
        return UnknownRecorded(record_type=f"response_item/{_tag_of(value)}", payload=value)


def _tag_of(value: object) -> object:
    return cast("dict[str, object]", value).get("type") if isinstance(value, dict) else None
