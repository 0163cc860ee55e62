"""Records of a file with their lines: what every projection folds over."""

from __future__ import annotations

import os
from collections.abc import Iterator

import attrs

from turnfold.rollouts import Dialect, Reader, RecordLike, open_source


@attrs.frozen
class Numbered:
    """A record and the 1-based line that it stands on."""

    record: RecordLike
    line: int


def records_of(reader: Reader) -> Iterator[Numbered]:
    """Yield the records of *reader*, whatever was damaged between them."""
    for batch in reader.batches():
        yield from map(Numbered, batch.records, batch.lines)


def records(path: str | os.PathLike[str]) -> Iterator[Numbered]:
    """Yield the records of the file at *path*. Raises SourceError when it cannot be opened."""
    with open_source(path) as source:
        yield from records_of(Reader(source))


def is_bare(reader: Reader) -> bool:
    """Whether the file is one of mid 2025, without envelopes; known once its first batch was read."""
    return reader.profile.dialect is Dialect.BARE
