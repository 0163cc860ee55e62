"""`turnfold turns`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import attrs
import click
import msgspec

from turnfold.replay.turn_rows import TurnRow
from turnfold.replay.turn_table import turns
from turnfold.rollouts import SourceError
from turnfold.tools import options as common
from turnfold.tools.check import shown
from turnfold.tools.documents.turns import SCHEMA_ID, TurnEntry
from turnfold.tools.exits import ExitCode
from turnfold.tools.redact import redacted_text, redacted_word
from turnfold.tools.render.turnrows import COLUMNS, cells, turn_lines
from turnfold.tools.screen import Color, Screen
from turnfold.tools.select import Selection, select

Listing = tuple[str, Sequence[TurnRow]]
"""A file, as it was named or found, and its turns."""


class Format(StrEnum):
    """Forms of output."""

    TEXT = "text"
    TSV = "tsv"
    JSON = "json"


@click.command()
@common.paths_argument
@common.format_option(Format)
@common.redact_option
@common.since_option
@common.latest_option
@common.color_option
def command(
    *,
    paths: tuple[str, ...],
    form: Format,
    redact: bool,
    since: datetime | None,
    latest: int | None,
    color: Color,
) -> int:
    """List the turns of sessions: how each ended, when it began and how long it took.

    PATH is a rollout file, a folder, a CODEX_HOME, the beginning of a session id, or - for standard input.

    Statuses are those that Codex itself shows: completed, interrupted, failed, inProgress. Turns that were rolled back
    are not listed. The columns of `--format tsv` are those of Codex's own projection; its times are unix seconds.
    """
    screen = Screen(color)
    chosen = select(paths, since, latest)
    failures = list(chosen.refused.values())
    for complaint in failures:
        screen.complain(complaint)
    WRITERS[form](_listings(chosen, screen, redact, failures), screen)
    screen.clear_status()
    return ExitCode.USAGE if failures else ExitCode.OK


def _listings(chosen: Selection, screen: Screen, redact: bool, failures: list[str]) -> Iterator[Listing]:
    """Each file that can be read with its turns; what is wrong with the others is said, and added to *failures*."""
    for number, path in enumerate(chosen.paths):
        screen.status(f"{number:,} of {len(chosen.paths):,} files")
        try:
            rows = turns(path)
        except SourceError as error:
            screen.complain(str(error))
            failures.append(str(error))
            continue
        yield shown(path), [redacted_row(row) for row in rows] if redact else rows


def redacted_row(row: TurnRow) -> TurnRow:
    """*row* without the text of its first input; ids that do not look like ids are hidden too."""
    return attrs.evolve(
        row,
        thread_id=redacted_word(row.thread_id) or "",
        turn_id=redacted_word(row.turn_id) or "",
        preview=None if row.preview is None else redacted_text(row.preview),
    )


def _write_text(listings: Iterable[Listing], screen: Screen) -> None:
    for number, (path, rows) in enumerate(listings):
        if number:
            screen.write()
        for line in turn_lines(path, rows):
            screen.write(line)


def _write_tsv(listings: Iterable[Listing], screen: Screen) -> None:
    screen.write("\t".join(COLUMNS))
    for _, rows in listings:
        for row in rows:
            screen.write("\t".join(cells(row)))


def _write_json(listings: Iterable[Listing], screen: Screen) -> None:
    screen.write_part(f'{{"schema":"{SCHEMA_ID}","turns":[')
    rows = (row for _, listed in listings for row in listed)
    for number, row in enumerate(rows):
        entry = TurnEntry(**{name: getattr(row, name) for name in TurnEntry.__struct_fields__})
        screen.write_part((",\n" if number else "\n") + msgspec.json.encode(entry).decode())
    screen.write("]}")


WRITERS: Mapping[Format, Callable[[Iterable[Listing], Screen], None]] = {
    Format.TEXT: _write_text,
    Format.TSV: _write_tsv,
    Format.JSON: _write_json,
}
