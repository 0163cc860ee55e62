"""`turnfold demo`."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Sequence

import click
from rich.text import Text

from turnfold.rollouts.samples import SAMPLES, sample_names, sample_path
from turnfold.tools import options as common
from turnfold.tools.app import PROGRAM, run
from turnfold.tools.cli import COMMANDS
from turnfold.tools.exits import ExitCode
from turnfold.tools.render import MARK, QUIET
from turnfold.tools.screen import Color, Screen

RACE = "ended-twice"
"""The sample whose timeline and last turn are shown."""


def _steps() -> Iterator[tuple[str, Sequence[str]]]:
    """What is shown: a remark, and a command line as the user would type it."""
    samples = [sample_path(name).name for name in sample_names()]
    race = sample_path(RACE).name
    yield "every sample session, with all rules:", ["verify", *samples]
    yield "the turns of one of them:", ["turns", sample_path("clean-with-steer").name]
    yield "what happened in the session whose turn ended twice:", ["timeline", race]
    yield "why that turn ended as it did:", ["explain", race]


@click.command()
@common.color_option
def command(color: Color) -> int:
    """Verify the bundled sample sessions, print a timeline and an explanation.

    Every command is shown as it would be typed. The exit code is 0 although some samples are broken: they are meant
    to be.
    """
    screen = Screen(color)
    folder = sample_path(RACE).parent
    screen.write(Text(f"{len(SAMPLES)} sample sessions in {folder}", style=QUIET))
    for name, what in SAMPLES.items():
        screen.write(Text.assemble(f"  {sample_path(name).name:<37}", (what, QUIET)))
    shown: list[str] = []
    with contextlib.chdir(folder):  # so that lines read as they would for files of one's own
        for remark, words in _steps():
            if words[0] not in COMMANDS:
                continue
            screen.write()
            screen.write(Text(f"# {remark}", style=QUIET))
            screen.write(Text(f"$ {PROGRAM} {_typed(words)}", style=MARK))
            code = run(COMMANDS, [*words, "--color", color.value])
            if code >= ExitCode.USAGE:
                return code
            shown.append(words[0])
    screen.write()
    screen.write(Text(f"That was: {', '.join(shown)}. Now yours: {PROGRAM} verify ~/.codex", style=MARK))
    return ExitCode.OK


def _typed(words: Sequence[str]) -> str:
    """A command line; many files stand as a pattern."""
    return " ".join(words) if len(words) <= 3 else shlex.join(words[:1]) + " *.jsonl"
