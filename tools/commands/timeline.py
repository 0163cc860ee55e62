"""`turnfold timeline`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

import click
import msgspec

from turnfold.replay.ledger import LedgerTurn, NoSuchTurn, ledger_of
from turnfold.replay.texts import render
from turnfold.replay.timeline import Entry, timeline
from turnfold.replay.verification import verify
from turnfold.tools import options as common
from turnfold.tools.check import shown
from turnfold.tools.documents.timeline import SCHEMA_ID, TimelineEntry
from turnfold.tools.exits import Complaint, ExitCode
from turnfold.tools.redact import redacted, redacted_text, redacted_word
from turnfold.tools.render.timeline import entry_lines
from turnfold.tools.screen import Color, Screen
from turnfold.tools.select import the_one
from turnfold.tools.spool import rereadable


class Format(StrEnum):
    """Forms of output."""

    TEXT = "text"
    JSON = "json"


@click.command()
@common.path_argument
@common.turn_option
@common.format_option(Format)
@common.redact_option
@common.color_option
def command(*, path: str, turn: str | None, form: Format, redact: bool, color: Color) -> int:
    """Tell what happened in a session, line by line, with the findings of the rules between.

    PATH is a rollout file, the beginning of a session id, or - for standard input. It is only ever read.

    The columns are: place, time since the session began, time since the turn began, kind, what happened. TURN is an
    id, its beginning or end, or a position as `turnfold turns` has it.
    """
    name = the_one(path)
    screen = Screen(color)
    with rereadable(name) as file:
        try:
            chosen = None if turn is None else ledger_of(file).find(turn)
        except NoSuchTurn as error:
            raise Complaint(f"{shown(name)}: {error}") from None
        told = (entry_of(entry, redact) for entry in timeline(file, verify(file).findings, chosen))
        if form is Format.JSON:
            _write_json(shown(name), chosen, told, screen)
        else:
            for entry in told:
                for line in entry_lines(shown(name), entry):
                    screen.write(line)
    return ExitCode.OK


def entry_of(entry: Entry, redact: bool = False) -> TimelineEntry:
    """An entry in the form of the document, without the session's texts if that is asked for."""
    finding, told = entry.finding, entry.told
    text, quote = told.text, told.quote
    if finding is not None:
        rendered = render(redacted(finding) if redact else finding)
        text = f"{finding.code} {rendered.name}: {rendered.claim}"
    return TimelineEntry(
        line=entry.line,
        kind=told.kind.value,
        text=text,
        quote=redacted_text(quote) if redact and quote is not None else quote,
        turn_id=redacted_word(entry.turn_id) if redact else entry.turn_id,
        at_s=entry.at_s,
        since_session_s=entry.since_session_s,
        since_turn_s=entry.since_turn_s,
        idle_s=entry.idle_s,
        of_line=told.of_line,
        took_s=told.took_s,
        code=finding.code if finding else None,
        severity=finding.severity.value if finding else None,
    )


def _write_json(file: str, turn: LedgerTurn | None, entries: Iterable[TimelineEntry], screen: Screen) -> None:
    """One document, written as the entries come: nothing is held, however long the session is."""
    head = {"schema": SCHEMA_ID, "file": file, "turn_id": turn.slot.turn_id if turn else None}
    screen.write_part(_json(head).removesuffix("}") + ',"entries":[')
    for part in _separated(entries):
        screen.write_part(part)
    screen.write("]}")


def _separated(entries: Iterable[TimelineEntry]) -> Iterator[str]:
    for number, entry in enumerate(entries):
        yield (",\n" if number else "\n") + _json(entry)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
