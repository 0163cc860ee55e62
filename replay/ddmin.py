"""Delta debugging: the smallest part of something that still shows what the whole shows.

After Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input" (2002), in its form that only ever
drops: chunks from the end to the beginning, then smaller ones, and at last single items until none can go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def ddmin(items: Sequence[T], shows: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return items, in order, of which no single one can be left out.

    *shows* says whether some of them do still show it; for all of them it is taken to be true. The result depends on
    nothing else. Takes about `n log n` trials, of which most are short, and `n²` at worst.
    """
    kept = list(items)
    if kept and shows(()):
        return []
    size = max(len(kept) // 2, 1)
    while True:
        before = len(kept)
        kept = _swept(kept, size, shows)
        if size == 1 and len(kept) == before:
            return kept
        size = max(min(size, len(kept)) // 2, 1)


def _swept(items: list[T], size: int, shows: Callable[[Sequence[T]], bool]) -> list[T]:
    """Try to leave out each chunk of *size* items, the last one first."""
    kept = items
    end = len(kept)
    while end > 0:
        start = max(end - size, 0)
        rest = kept[:start] + kept[end:]
        if rest and shows(rest):
            kept = rest
        end = start
    return kept
