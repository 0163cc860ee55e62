"""The ends that turns lack: found in a first reading of a file, and added to its copy in a second one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from turnfold.events import Origin, TurnAborted, TurnCompleted, TurnStarted
from turnfold.replay.user_text import MARKER
from turnfold.rollouts import Action, Change, Dialect, Line, Note, Record
from turnfold.rollouts.record import kind_of

CLOSABLE: Final = frozenset({Dialect.CODEX, Dialect.PAGINATED, Dialect.OWN})
"""The dialects in which an end can be written."""

MARKER_TEXT: Final = f"""{MARKER}
This turn has no recorded end: its process died, or the record was lost. The work above may be unfinished.
</turn_aborted>"""

Missing = Mapping[int, str]
"""Index of a line, from 0, → the id of the turn that ends before it without saying so."""


class OpenTurns:
    """Which turns have no terminal, and where they would have ended. Grows with their number."""

    def __init__(self) -> None:
        self._open: str | None = None
        self._cut: dict[str, int] = {}
        self._ended: set[str] = set()

    def started(self, turn_id: str, index: int) -> None:
        """A turn start stands at *index*: it cuts off what is open."""
        if self._open is not None and self._open != turn_id:
            self._cut[self._open] = index
        self._open = turn_id

    def ended(self, turn_id: str | None) -> None:
        """A terminal: of a turn that was cut off, or of the open one, also if it names one that never began."""
        if turn_id in self._cut:
            del self._cut[turn_id]
        elif turn_id == self._open or turn_id not in self._ended:
            self._open = None
        if turn_id is not None:
            self._ended.add(turn_id)

    def missing(self, end: int) -> Missing:
        """Turns without a terminal in a file of *end* lines."""
        missing = {index: turn_id for turn_id, index in self._cut.items()}
        if self._open is not None:
            missing[end] = self._open
        return missing


def missing_ends(lines: Iterable[Line]) -> tuple[Missing, int]:
    """Find the turns that began and have no terminal; also return how many lines there are."""
    turns = OpenTurns()
    count = 0
    for index, line in enumerate(lines):
        for record in line.records:
            payload = record.payload
            event = kind_of(payload)
            if event is TurnStarted:
                turns.started(payload.turn_id, index)
            elif event is TurnCompleted or event is TurnAborted:
                turns.ended(payload.turn_id)
        count = index + 1
    return turns.missing(count), count


def closed(lines: Iterable[Line], missing: Missing, note: Note) -> Iterator[Line]:
    """Yield the lines, with an inferred end (marker, then terminal) for each turn that lacks one.

    What is added has the time of the record before it, for no other is known, and the ordinals after it: where
    lines follow that have ordinals, only `renumbered` can make them right.
    """
    last = said = Line(0, 0, b"")  # the line before, and the last one with a record
    index = -1
    for index, line in enumerate(lines):
        if index in missing:
            yield from _end(said, missing[index], line.number, line.offset, note)
        yield line
        last, said = line, line if line.records else said
    if index + 1 in missing:
        end = last.offset + len(last.data)
        if not last.data.endswith(b"\n"):
            yield Line(last.number, end, b"\n")
        yield from _end(said, missing[index + 1], last.number + 1, end, note)


def _end(after: Line, turn_id: str, number: int, offset: int, note: Note) -> Iterator[Line]:
    before = after.records[-1]
    ending = b"\r\n" if after.data.endswith(b"\r\n") else b"\n"
    rows = (("response_item", _marker()), ("event_msg", _terminal(turn_id)))
    for step, (kind, payload) in enumerate(rows, start=1):
        record = Record(timestamp=before.timestamp, payload=None)
        row: dict[str, Any] = {"timestamp": before.timestamp}
        if before.ordinal is not None:
            row["ordinal"] = record.ordinal = before.ordinal + step
        row |= {"type": kind, "payload": payload, "origin": Origin.INFERRED.value}
        yield Line(number, offset, msgspec.json.encode(row) + ending, (record,))
    message = f"turn {turn_id} has no end: added that it was interrupted (marker and turn_aborted)"
    note(Change(action=Action.ADDED, line=number, start=offset, end=offset, message=message))


def _marker() -> dict[str, Any]:
    """The same form in which Codex tells a model of an interrupt."""
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": MARKER_TEXT}]}


def _terminal(turn_id: str) -> dict[str, Any]:
    named = {"turn_id": turn_id} if turn_id else {}
    return {"type": "turn_aborted", **named, "reason": "interrupted"}
