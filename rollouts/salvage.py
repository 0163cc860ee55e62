"""What can be saved of one line that is damaged, or may be."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import chain, islice, pairwise
from typing import Final

import attrs

from turnfold.rollouts.damage import Damage, count_of, damaged
from turnfold.rollouts.duplicates import has_duplicate_keys
from turnfold.rollouts.mend import mend
from turnfold.rollouts.scan import Kind, Piece, pieces

__all__ = ["Salvaged", "has_duplicate_keys", "salvage"]

_NULS: Final = re.compile(rb"\0+")
_NUL_RUNS_MAX: Final = 65_536
_BLANK: Final = b" \t\r\n"


@attrs.frozen
class Salvaged:
    """The records of one line, in order, and everything that was wrong with it."""

    parts: tuple[bytes, ...] = ()
    """Each is one JSON object in UTF-8 that a strict decoder takes."""
    spans: tuple[tuple[int, int], ...] = ()
    """For each part, the bytes it was made of, counted as in `Damage`."""
    damage: tuple[Damage, ...] = ()
    """In the order of the bytes. With `spans` it covers all of the line but whitespace."""


def salvage(line: bytes, number: int, offset: int, last: bool) -> Salvaged:
    """Return what line *number*, which begins at byte *offset*, holds.

    *last* says that it ends without a newline, so that it may still be in the making. Never raises; takes
    time and memory in proportion to the length of the line.
    """
    runs = [match.span() for match in islice(_NULS.finditer(line), _NUL_RUNS_MAX + 1)]
    end = len(line.rstrip(_BLANK))
    if len(runs) > _NUL_RUNS_MAX:
        message = "binary data: zero bytes all over the line"
        return Salvaged(damage=(damaged("TF001", number, offset, offset + end, message),))
    places = _Places(line, offset, runs)
    saved = _Saved(number, last, places)
    if runs:
        zeros = sum(end - start for start, end in runs)
        saved.note("TF007", (offset + runs[0][0], offset + runs[-1][1]), count_of(zeros, "zero byte"))
    for piece, following in pairwise(chain(pieces(places.text), [None])):
        if piece is not None:
            saved.take(piece, following)
    return saved.result()


class _Places:
    """The text of a line without its zero bytes, and where each character of it stands in the file."""

    def __init__(self, line: bytes, offset: int, runs: list[tuple[int, int]]) -> None:
        clean = line.replace(b"\0", b"").rstrip(_BLANK)
        self.text = clean.decode("utf-8", "surrogateescape")
        self._ascii = len(self.text) == len(clean)
        self._offset = offset
        self._character = self._byte = 0  # the last place that was asked for
        # After the clean byte at _cuts[i], _gone[i] zero bytes have been left out so far.
        self._cuts: list[int] = []
        self._gone: list[int] = []
        gone = 0
        for start, end in runs:
            self._cuts.append(start - gone)
            gone += end - start
            self._gone.append(gone)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the bytes of the file that the characters `[start, end)`, at least one, were made of."""
        first, after = self._clean(start), self._clean(end)
        return self._raw(first), self._raw(after - 1) + 1

    def _raw(self, clean: int) -> int:
        run = bisect_right(self._cuts, clean)
        return self._offset + clean + (self._gone[run - 1] if run else 0)

    def _clean(self, character: int) -> int:
        """Return the byte at which a character begins, counted on from the last one asked for."""
        if self._ascii:
            return character
        if character >= self._character:
            self._byte += _size(self.text[self._character : character])
        else:
            self._byte -= _size(self.text[character : self._character])
        self._character = character
        return self._byte


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))


class _Saved:
    """What has been found so far."""

    def __init__(self, number: int, last: bool, places: _Places) -> None:
        self._number = number
        self._last = last
        self._places = places
        self._parts: list[bytes] = []
        self._spans: list[tuple[int, int]] = []
        self._damage: list[Damage] = []

    def note(self, code: str, span: tuple[int, int], message: str) -> None:
        self._damage.append(damaged(code, self._number, *span, message))

    def take(self, piece: Piece, following: Piece | None) -> None:
        """Save or report one piece of the line; *following* is the next one."""
        span = self._places.span(piece.start, piece.end)
        match piece.kind:
            case Kind.RECORD:
                self._record(piece, span)
            case Kind.VALUE:
                self.note("TF011", span, "JSON, but not an object")
            case Kind.MARK:
                self.note("TF008", span, "a byte order mark")
            case Kind.DEEP:
                self.note("TF010", span, "objects or arrays nested too deep")
            case Kind.JUNK:
                self.note(*self._junk(piece, span, following))

    def _record(self, piece: Piece, span: tuple[int, int]) -> None:
        mended = mend(self._places.text[piece.start : piece.end])
        for note in mended.notes:
            where = self._places.span(piece.start + note.start, piece.start + note.end)
            self.note(note.code, where, note.message)
        if mended.part is not None:
            self._parts.append(mended.part)
            self._spans.append(span)

    def _junk(
        self, piece: Piece, span: tuple[int, int], following: Piece | None
    ) -> tuple[str, tuple[int, int], str]:
        if self._places.text[piece.start] != "{":
            return "TF001", span, "not JSON"
        if following is not None and following.kind is Kind.RECORD:
            return "TF003", span, "a cut record with a whole one after it"
        if self._last and following is None:
            return "TF002", span, "the last record is cut"
        return "TF001", span, "a record that is cut or broken"

    def result(self) -> Salvaged:
        if len(self._spans) > 1:
            span = (self._spans[0][0], self._spans[-1][1])
            self.note("TF004", span, f"{len(self._spans)} records on one line")
        damage = sorted(self._damage, key=lambda one: (one.start, one.end, one.code))
        return Salvaged(parts=tuple(self._parts), spans=tuple(self._spans), damage=tuple(damage))
