"""`turnfold salvage`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from turnfold.replay.salvage import salvaged
from turnfold.rollouts import DAMAGE_KINDS, Change
from turnfold.rollouts.source import STDIN
from turnfold.tools import options as common
from turnfold.tools.check import shown
from turnfold.tools.copies import new_file
from turnfold.tools.documents.salvage import SCHEMA_ID, ChangeEntry, SalvageDocument
from turnfold.tools.exits import Complaint, ExitCode
from turnfold.tools.render.salvage import salvage_lines
from turnfold.tools.screen import Color, Screen
from turnfold.tools.select import the_one


class Format(StrEnum):
    """Forms of output."""

    TEXT = "text"
    JSON = "json"


@click.command()
@click.argument("path", type=click.Path())
@click.option("--out", "-o", metavar="FILE", help="Write the copy there; - is standard output.")
@click.option(
    "--force", is_flag=True, help="Let the copy take the place of another file (never of the source)."
)
@click.option("--renumber", is_flag=True, help="Let ordinals rise by one, where there are any.")
@click.option("--close-turns", is_flag=True, help="Add the missing end of turns, marked as inferred.")
@common.format_option(Format)
@common.color_option
def command(
    *, path: str, out: str | None, force: bool, renumber: bool, close_turns: bool, form: Format, color: Color
) -> int:
    """Write a repaired copy of a damaged session, and say what was changed.

    PATH is a rollout file, the beginning of a session id, or - for standard input. It is only ever read.

    Lines without damage are copied byte for byte. Cut records are left out, joined ones get a line each, bytes that
    are not UTF-8 are replaced; a record that cannot be read is left out. Compressed files come out plain. Without
    --out nothing is written, and the exit code is 2 if something would have to be mended. With --out - the report
    goes to standard error.
    """
    path = the_one(path)
    if close_turns and path == STDIN:
        raise Complaint(
            "--close-turns reads a session twice, which standard input does not allow; name a file"
        )
    changes: list[Change] = []
    lines = salvaged(path, changes.append, renumber=renumber, close_turns=close_turns)
    with (
        nullcontext(_sink(out))
        if out in (None, STDIN)
        else new_file(Path(str(out)), path, force=force) as sink
    ):
        count, size = _write(lines, sink)
    report = document(path, out, count, size, changes)
    screen = Screen(color, out=sys.stderr if out == STDIN else None)
    if form is Format.JSON:
        screen.write(msgspec.json.encode(report).decode())
    else:
        for line in salvage_lines(report):
            screen.write(line)
    return ExitCode.DAMAGED if changes and out is None else ExitCode.OK


def _sink(out: str | None) -> BinaryIO | None:
    return None if out is None else sys.stdout.buffer


def _write(lines: Iterable[bytes], sink: BinaryIO | None) -> tuple[int, int]:
    """Write the copy, or only measure it; return its lines and bytes."""
    count = size = 0
    for line in lines:
        count += 1
        size += len(line)
        if sink is not None:
            sink.write(line)
    return count, size


def document(path: str, out: str | None, lines: int, size: int, changes: Iterable[Change]) -> SalvageDocument:
    """Put the changes into the form of the document."""
    entries = tuple(
        ChangeEntry(
            action=change.action.value,
            code=change.code,
            name=DAMAGE_KINDS[change.code].name if change.code else None,
            line=change.line,
            start=change.start,
            end=change.end,
            message=change.message,
        )
        for change in changes
    )
    return SalvageDocument(
        schema=SCHEMA_ID,
        file=shown(path),
        out=None if out is None else shown(out),
        lines=lines,
        bytes=size,
        changes=entries,
        counts=dict(Counter(entry.action for entry in entries)),
    )
