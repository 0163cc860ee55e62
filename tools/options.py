"""Arguments and options that several commands have.

click does not list arguments in its help, so the docstring of each command says what they are.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import click

from turnfold.tools.screen import Color

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def choice_option(*names: str, kind: type[StrEnum], text: str) -> Decorator:
    """An option whose value is a member of *kind*; its first member is the default. *text* is its help."""
    values = [member.value for member in kind]

    def member_of(context: click.Context, option: click.Parameter, value: str) -> StrEnum:
        del context, option
        return kind(value)

    return click.option(
        *names, type=click.Choice(values), default=values[0], show_default=True, callback=member_of, help=text
    )


paths_argument: Decorator = click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path()
)

path_argument: Decorator = click.argument("path", type=click.Path())

turn_option: Decorator = click.option(
    "--turn", metavar="TURN", help="An id, or a position from 0; -1 is the last."
)

since_option: Decorator = click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    metavar="DATE",
    help="Of folders, only sessions begun then or later.",
)

latest_option: Decorator = click.option(
    "--latest", type=click.IntRange(min=1), metavar="N", help="Of folders, only the N newest sessions."
)

redact_option: Decorator = click.option(
    "--redact", is_flag=True, help="Put length and hash in place of a session's texts."
)

color_option: Decorator = choice_option("--color", kind=Color, text="Colour the output.")


def format_option(kind: type[StrEnum]) -> Decorator:
    """The form of the output, as the parameter `form`."""
    return choice_option("--format", "-f", "form", kind=kind, text="Form of the output.")
