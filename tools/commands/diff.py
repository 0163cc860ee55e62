"""`turnfold diff`."""

from __future__ import annotations

from enum import StrEnum

import click
import msgspec

from turnfold.replay.comparing import Ignorable, Manner
from turnfold.replay.difference import diff
from turnfold.rollouts.source import STDIN
from turnfold.tools import options as common
from turnfold.tools.differences import document
from turnfold.tools.exits import Complaint, ExitCode
from turnfold.tools.render.differences import diff_lines
from turnfold.tools.screen import Color, Screen
from turnfold.tools.select import the_one


class Format(StrEnum):
    """Forms of output."""

    TEXT = "text"
    JSON = "json"


@click.command()
@click.argument("a", type=click.Path())
@click.argument("b", type=click.Path())
@click.option(
    "--ignore",
    "ignored",
    type=click.Choice([one.value for one in Ignorable]),
    multiple=True,
    help="What need not agree, besides times; repeatable.",
)
@click.option("--exact", is_flag=True, help="Times, ordinals and ids have to agree as well.")
@common.format_option(Format)
@common.redact_option
@common.color_option
def command(
    *, a: str, b: str, ignored: tuple[str, ...], exact: bool, form: Format, redact: bool, color: Color
) -> int:
    """Show where two sessions part: the last record in common, the first that differs, and what follows.

    A and B are rollout files or beginnings of session ids. The exit code is 0 if they are the same, else 1.

    Times and ordinals do not count, and ids may be others as long as they are others throughout: so two runs of one
    task can be compared. Files of different kinds are compared by the events that both can show.
    """
    a, b = the_one(a), the_one(b)
    if STDIN in (a, b):
        raise Complaint("two sessions are read at once, and more than once; name files")
    chosen = frozenset(map(Ignorable, ignored)) | (frozenset[Ignorable]() if exact else {Ignorable.TIMES})
    found = diff(a, b, Manner(ignored=chosen, literally=exact))
    said = document(a, b, found, redact=redact)
    screen = Screen(color)
    if form is Format.JSON:
        screen.write(msgspec.json.encode(said).decode())
    else:
        for line in diff_lines(said):
            screen.write(line)
    return ExitCode.OK if said.same else ExitCode.FOUND
