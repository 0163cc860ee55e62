"""The turns of a file: one row each, with the status that the vendor's own projection gives it."""

from __future__ import annotations

import os
from collections.abc import Iterable

from turnfold.replay.reading import Numbered, is_bare, records_of
from turnfold.replay.turn_fold import TurnFold
from turnfold.replay.turn_rows import TurnRow
from turnfold.rollouts import Reader, open_source


def turns(path: str | os.PathLike[str]) -> list[TurnRow]:
    """Return the turns of the file at *path* (`-` is standard input), in order.

    Rows equal the vendor's for every file that its own tool reads; for bare files, forks and sub-agents it has
    none, and `docs/turns.md` says what they are. Raises SourceError when the file cannot be opened.
    """
    with open_source(path) as source:
        reader = Reader(source)
        fold: TurnFold | None = None
        for item in records_of(reader):
            # What the file is, is known once its first record was read.
            fold = fold or TurnFold(os.path.basename(os.fspath(path)), bare=is_bare(reader))  # noqa: PTH119  may be `-`
            fold.feed(item.record, item.line)
    return fold.rows() if fold is not None else []


def turns_of(items: Iterable[Numbered], *, file: str = "", bare: bool = False) -> list[TurnRow]:
    """Return the turns of some records, e.g. of a live session; *file* and *bare* as in `TurnFold`."""
    fold = TurnFold(file, bare=bare)
    for item in items:
        fold.feed(item.record, item.line)
    return fold.rows()
