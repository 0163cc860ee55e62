"""A repaired copy of a session, as a stream of bytes: the lines made whole, then numbered and closed if so asked."""

from __future__ import annotations

import os
from collections.abc import Iterator

from turnfold.replay.closing import CLOSABLE, Missing, closed, missing_ends
from turnfold.rollouts import Change, Dialect, Note, Repair, open_source, renumbered


def salvaged(
    path: str | os.PathLike[str], note: Note, *, renumber: bool = False, close_turns: bool = False
) -> Iterator[bytes]:
    """Yield the lines of a repaired copy of the file at *path*, decompressed, and tell *note* of each change.

    Args:
        path: what to read; `-` is standard input, which cannot be read twice and so not be closed.
        note: is told of every change, in the order of the copy.
        renumber: whether ordinals are to rise by one.
        close_turns: whether turns without an end get an inferred one. An end in the middle of a file that has
            ordinals makes those after it wrong, so this renumbers there.

    Raises:
        SourceError: the file cannot be opened or read.
    """
    nothing: Missing = {}
    missing, inside = _missing(path) if close_turns else (nothing, False)
    with open_source(path) as source:
        lines = Repair(source, note).lines()
        if missing:
            lines = closed(lines, missing, note)
        if renumber or inside:
            lines = renumbered(lines, note)
        for line in lines:
            yield line.data


def _missing(path: str | os.PathLike[str]) -> tuple[Missing, bool]:
    """Where ends are missing, and whether one of them is to stand between numbered lines."""
    with open_source(path) as source:
        repair = Repair(source, _ignore)
        missing, count = missing_ends(repair.lines())
    if repair.dialect not in CLOSABLE:
        return {}, False
    return missing, repair.dialect is Dialect.PAGINATED and min(missing, default=count) < count


def _ignore(change: Change) -> None:
    """The second reading will tell it."""
    del change
