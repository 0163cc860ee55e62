"""`turnfold explain`."""

from __future__ import annotations

from enum import StrEnum

import click
import msgspec

from turnfold.replay.explain import Explanation, explain
from turnfold.replay.ledger import NoSuchTurn
from turnfold.tools import options as common
from turnfold.tools.check import shown
from turnfold.tools.documents.explain import SCHEMA_ID, ExplainDocument, StepEntry, UnknownEntry
from turnfold.tools.exits import Complaint, ExitCode
from turnfold.tools.redact import redacted_text, redacted_word
from turnfold.tools.render.explanation import explanation_lines
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
    """Say why a turn ended as it did: the chain of records that led there, and what remains in the dark.

    PATH is a rollout file, an app-server capture, the beginning of a session id, or - for standard input. It is only
    ever read. A capture shows approvals and hooks; a rollout does not.

    TURN is an id, its beginning or end, or a position as `turnfold turns` has it (-1 is the last). Without one it is
    the last turn that did not simply complete, else the last.
    """
    name = the_one(path)
    with rereadable(name) as file:
        try:
            told = document_of(shown(name), explain(file, turn), redact)
        except NoSuchTurn as error:
            raise Complaint(f"{shown(name)}: {error}") from None
    screen = Screen(color)
    if form is Format.JSON:
        screen.write(msgspec.json.encode(told).decode())
    else:
        for line in explanation_lines(told, screen.width):
            screen.write(line)
    return ExitCode.OK


def document_of(file: str, found: Explanation, redact: bool = False) -> ExplainDocument:
    """An explanation in the form of the document, without the session's texts if that is asked for."""
    return ExplainDocument(
        schema=SCHEMA_ID,
        file=file,
        thread_id=redacted_word(found.thread_id) if redact else found.thread_id,
        turn_id=(redacted_word(found.turn_id) or "") if redact else found.turn_id,
        position=found.position,
        ending=found.ending.value,
        title=found.title,
        answer=found.answer,
        first_line=found.first_line,
        last_line=found.last_line,
        further_ends=found.further_ends,
        rolled_back_at=found.rolled_back_at,
        steps=tuple(
            StepEntry(
                text=step.text,
                certainty=step.certainty.value,
                line=step.line,
                at_s=step.at_s,
                since_s=step.since_s,
                quote=redacted_text(step.quote) if redact and step.quote else step.quote,
                proves=step.proves,
            )
            for step in found.steps
        ),
        unknowns=tuple(UnknownEntry(question=one.question, remedy=one.remedy) for one in found.unknowns),
    )
