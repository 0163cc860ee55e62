"""Finds where lines of a patch are in a file."""

from collections.abc import Callable, Sequence
from typing import Final

_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_SINGLE_QUOTES: Final = "\u2018\u2019\u201a\u201b"
_DOUBLE_QUOTES: Final = "\u201c\u201d\u201e\u201f"
_SPACES: Final = "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_PLAIN: Final = {
    ord(typographic): plain
    for plain, group in (("-", _DASHES), ("'", _SINGLE_QUOTES), ('"', _DOUBLE_QUOTES), (" ", _SPACES))
    for typographic in group
}


def _same(line: str) -> str:
    return line


def _plain(line: str) -> str:
    return line.strip().translate(_PLAIN)


_READINGS: Final[tuple[Callable[[str], str], ...]] = (_same, str.rstrip, str.strip, _plain)
"""Ways to read a line, the strictest first: a looser one counts only where no place fits a stricter one."""


def seek(lines: Sequence[str], wanted: Sequence[str], start: int, *, at_end: bool = False) -> int | None:
    """Return the first index, not before *start*, at which *wanted* is found in *lines*; None when it is nowhere.

    Lines are compared exactly; then without white space behind them; then without any around them; then with
    typographic dashes, quotes and spaces taken for plain ones (Codex' order).

    Args:
        at_end: whether only the very end of *lines* will do.
    """
    last = len(lines) - len(wanted)
    first = max(start, last) if at_end else start
    if first > last:
        return None
    for reading in _READINGS:
        sought = [reading(line) for line in wanted]
        read = [reading(line) for line in lines[first:]]
        for at in range(last - first + 1):
            if read[at : at + len(sought)] == sought:
                return first + at
    return None
