"""Where the records are in a line that is not simply one record.

Only lines that a strict decoder refused come here, so this may be slow, but not slower than linear: what
failing attempts may cost together is bounded by the length of the line.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final, cast

import attrs

DEPTH_MAX: Final = 512
"""Objects and arrays inside each other, the record included; decoders written in C allow about twice that."""
PIECES_MAX: Final = 262_144
"""What one line is taken apart into at most: it has to fit into memory."""
_WORK_FACTOR: Final = 4

# Whitespace of JSON, and the byte order mark, which stands where files were put one after another.
_GAP: Final = re.compile("[ \t\r\n\ufeff]*")
# Where a record may begin after a cut one. Inside a record, an object follows one of `:[,`; what stands at
# such a place is taken for a record of its own only if it is a whole envelope.
_START: Final = re.compile(r'\{\s*+"timestamp"|(?<![:\[,])(?<![:\[,] )\{\s*+"')

# strict=False lets control characters pass, and `len` every number: `mend` looks at both.
_DECODER: Final = json.JSONDecoder(strict=False, parse_int=len, parse_float=len, parse_constant=len)


class Kind(enum.Enum):
    """What a piece of a line is."""

    RECORD = enum.auto()
    """A whole object."""
    VALUE = enum.auto()
    """A whole value that is not an object, with nothing else on the line."""
    MARK = enum.auto()
    """A byte order mark, with the whitespace around it."""
    JUNK = enum.auto()
    """Anything else: the start of a record, the end of one, or no JSON at all."""
    DEEP = enum.auto()
    """Nested deeper than `DEPTH_MAX`, whole or not."""


@attrs.frozen
class Piece:
    """The characters `[start, end)` of a line."""

    kind: Kind
    start: int
    end: int


@attrs.frozen
class _Attempt:
    """What came of decoding at some place."""

    kind: Kind
    end: int
    """Where the value ends, or how far the decoder came at least."""
    envelope: bool = False


def pieces(text: str) -> Iterator[Piece]:
    """Yield all of *text* but plain whitespace, in order and without overlap."""
    work = _WORK_FACTOR * len(text)
    end = 0
    for _ in range(PIECES_MAX):
        start = _after_gap(text, end)
        if "\ufeff" in text[end:start]:
            yield Piece(Kind.MARK, end, start)
        if start == len(text):
            return
        attempt = _attempt(text, start)
        kind, end = attempt.kind, attempt.end
        if kind is Kind.VALUE and (start or not _at_end(text, end)):
            kind = Kind.JUNK
        if kind in (Kind.JUNK, Kind.DEEP):
            work -= end - start
            end, work = _next_record(text, start + 1, work)
        yield Piece(kind, start, end)
    if end < len(text):
        yield Piece(Kind.JUNK, end, len(text))


def _next_record(text: str, start: int, work: int) -> tuple[int, int]:
    """Return where the next whole record begins (the end of the text if there is none) and the work left."""
    for match in _START.finditer(text, start):
        if work < 0:
            break
        place = match.start()
        attempt = _attempt(text, place)
        if attempt.kind is Kind.RECORD:
            nested = text[place - 1] in ":[," or text[place - 2 : place] in (": ", "[ ", ", ")
            if attempt.envelope or (not nested and _at_end(text, attempt.end)):
                return place, work
        # The decoder counts the lines before a fault: a quick pass over all that went before.
        work -= attempt.end - place + place // 8 + 1
    return len(text), work


def _after_gap(text: str, place: int) -> int:
    gap = _GAP.match(text, place)
    return gap.end() if gap else place


def _at_end(text: str, place: int) -> bool:
    """Whether the line ends at *place*, or a further record may begin there."""
    rest = _after_gap(text, place)
    return rest == len(text) or text[rest] == "{"


def _attempt(text: str, start: int) -> _Attempt:
    try:
        value, end = _DECODER.raw_decode(text, start)
    except RecursionError:
        return _Attempt(Kind.DEEP, len(text))
    except json.JSONDecodeError as error:
        # Of an unterminated string the place is its start, but the decoder has been at the end.
        return _Attempt(Kind.JUNK, len(text) if error.msg.startswith("Unterminated") else error.pos)
    if _too_deep(text, start, end, value):
        return _Attempt(Kind.DEEP, end)
    if not isinstance(value, dict):
        return _Attempt(Kind.VALUE, end)
    return _Attempt(Kind.RECORD, end, envelope=value.keys() >= {"timestamp", "type", "payload"})


def _too_deep(text: str, start: int, end: int, value: object) -> bool:
    if text.count("{", start, end) + text.count("[", start, end) <= DEPTH_MAX:
        return False
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [inner for outer in level for inner in _inside(outer) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()
