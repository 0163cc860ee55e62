"""`turnfold show`."""

from __future__ import annotations

from enum import StrEnum

import attrs
import click
import msgspec

from turnfold.replay.ledger import NoSuchTurn
from turnfold.replay.standing import NoSuchPoint, OpenThing, Point, Standing, before_end_of, standing_at
from turnfold.tools import options as common
from turnfold.tools.check import shown
from turnfold.tools.documents.show import (
    SCHEMA_ID,
    EndEntry,
    OpenEntry,
    SettingsEntry,
    ShowDocument,
    TokenEntry,
    TurnEntry,
)
from turnfold.tools.exits import Complaint, ExitCode
from turnfold.tools.redact import redacted_text, redacted_word
from turnfold.tools.render.standing import standing_lines
from turnfold.tools.screen import Color, Screen
from turnfold.tools.select import the_one
from turnfold.tools.spool import rereadable


class Format(StrEnum):
    """Forms of output."""

    TEXT = "text"
    JSON = "json"


@click.command()
@common.path_argument
@click.option("--line", type=click.IntRange(min=1), metavar="N", help="After the records of this line.")
@click.option(
    "--seq", type=click.IntRange(min=0), metavar="N", help="After the record of this seq or ordinal."
)
@common.turn_option
@common.format_option(Format)
@common.redact_option
@common.color_option
def command(
    *,
    path: str,
    line: int | None,
    seq: int | None,
    turn: str | None,
    form: Format,
    redact: bool,
    color: Color,
) -> int:
    """Show how a session stands at one point: what is open, the settings, the tokens, each with its line.

    PATH is a rollout file, the beginning of a session id, or - for standard input. It is only ever read.

    The point is the end of the file unless a line, a number or a turn is named. With --turn it is just before the end
    of that turn: what was open when it ended. TURN is an id, its beginning or end, or a position as `turnfold turns`
    has it.
    """
    if sum(value is not None for value in (line, seq, turn)) > 1:
        raise Complaint("--line, --seq and --turn each name a point; give one of them")
    name = the_one(path)
    with rereadable(name) as file:
        try:
            point = Point(line=line, number=seq) if turn is None else before_end_of(file, turn)
            told = document_of(shown(name), standing_at(file, point), redact)
        except (NoSuchPoint, NoSuchTurn) as error:
            raise Complaint(f"{shown(name)}: {error}") from None
    screen = Screen(color)
    if form is Format.JSON:
        screen.write(msgspec.json.encode(told).decode())
    else:
        for text in standing_lines(told):
            screen.write(text)
    return ExitCode.OK


def document_of(file: str, found: Standing, redact: bool = False) -> ShowDocument:
    """A standing in the form of the document, without the session's texts if that is asked for."""
    settings = SettingsEntry(**attrs.asdict(found.settings))
    if redact and settings.cwd is not None:
        settings = msgspec.structs.replace(settings, cwd=redacted_text(settings.cwd))
    return ShowDocument(
        schema=SCHEMA_ID,
        file=file,
        line=found.line,
        number=found.number,
        at_s=found.at_s,
        dialect=found.dialect,
        thread_id=redacted_word(found.thread_id) if redact else found.thread_id,
        thread_line=found.thread_line,
        turn=TurnEntry(**attrs.asdict(found.turn)) if found.turn else None,
        turns=found.turns,
        open=tuple(_open_entry(thing, redact) for thing in found.open),
        last_end=EndEntry(**attrs.asdict(found.last_end)) if found.last_end else None,
        tokens=TokenEntry(**attrs.asdict(found.tokens)) if found.tokens else None,
        settings=settings,
        history_items=found.history_items,
        history_base=found.history_base,
        invisible=found.invisible,
    )


def _open_entry(thing: OpenThing, redact: bool) -> OpenEntry:
    return OpenEntry(
        kind=thing.kind,
        key=(redacted_word(thing.key) or "") if redact else thing.key,
        line=thing.line,
        phases=thing.phases,
        name=thing.name,
        quote=redacted_text(thing.quote) if redact and thing.quote else thing.quote,
        turn_id=redacted_word(thing.turn_id) if redact else thing.turn_id,
        is_stale=thing.is_stale,
    )
