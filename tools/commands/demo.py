"""`turnfold demo`."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.text import Text

from turnfold.rollouts.samples import SAMPLES, sample_names, sample_path
from turnfold.tools import options as common
from turnfold.tools.app import PROGRAM, run
from turnfold.tools.cli import COMMANDS
from turnfold.tools.exits import ExitCode
from turnfold.tools.livedemo import LOG, record
from turnfold.tools.render import MARK, QUIET
from turnfold.tools.screen import Color, Screen

RACE = "ended-twice"
"""The sample whose timeline and last turn are shown."""

FOR_ALL = "*.jsonl"


def _steps() -> Iterator[tuple[str, str]]:
    """What is shown: a remark, and a command line as the user would type it."""
    race, suspect = sample_path(RACE).name, sample_path("steer-lost").name
    yield "1. Was the order legal? All rules; the violations first", f"verify --severity violation {FOR_ALL}"
    yield "2. A suspicion leaves the verdict open, and names what may excuse it", f"verify {suspect}"
    yield f"3. What happened in {race}, with what was found", f"timeline {race}"
    yield "4. Why its turn ended as it did", f"explain {race}"


def _live_steps() -> Iterator[tuple[str, str]]:
    """What is shown of the session that was just run."""
    yield (
        "5. Just now a session ran here, on a scripted model: a hook interrupts it while a person is asked",
        f"verify {LOG}",
    )
    yield (
        "6. Its log holds every hook, question and decision, so that no part of its end is in the dark",
        (f"explain --turn 0 {LOG}"),
    )


@click.command()
@common.color_option
def command(color: Color) -> int:
    """Verify the bundled sample sessions, print a timeline and an explanation; then run a session, and judge it.

    Every command is shown as it would be typed. The exit code is 0 although some samples are broken: they are meant
    to be.
    """
    screen = Screen(color)
    folder = sample_path(RACE).parent
    for text in _opening(folder):
        screen.write(text)
    program, shown_folder = _program(), _from_here(folder)
    with contextlib.chdir(folder):  # so that lines read as they would for files of one's own
        code = _show(screen, color, _steps())
    if code < ExitCode.USAGE:
        with TemporaryDirectory(prefix="turnfold-demo-") as scratch, contextlib.chdir(scratch):
            record(Path(scratch))
            code = _show(screen, color, _live_steps())
    if code >= ExitCode.USAGE:
        return code
    for text in _closing(program, shown_folder):
        screen.write(text)
    return ExitCode.OK


def _show(screen: Screen, color: Color, steps: Iterable[tuple[str, str]]) -> int:
    """Run some steps, and return the first exit code that stops the tour; else 0."""
    for remark, line in steps:
        screen.write()
        screen.write(Text(remark, style=MARK))
        screen.write(Text(f"$ {PROGRAM} {line}", style=QUIET))
        screen.write()
        code = run(COMMANDS, [*_expanded(line), "--color", color.value])
        if code >= ExitCode.USAGE:
            return code
    return ExitCode.OK


def _opening(folder: Path) -> Iterator[Text]:
    yield Text("turnfold reads the event log of an agent session and says whether its order was legal.", MARK)
    yield Text(
        f"{len(SAMPLES)} sample sessions come with it, legal ones and broken ones, in {folder}:", QUIET
    )
    yield Text()
    for name, what in SAMPLES.items():
        yield Text.assemble(f"  {name:<31}", (what, QUIET))


def _closing(program: str, folder: str) -> Iterator[Text]:
    yield Text()
    yield Text("Now try", style=MARK)
    lines = {
        "verify ~/.codex": "your own sessions; they are only ever read",
        "rule TF304": "what a rule checks, why it matters, what can excuse it",
        f"explain {folder}/{sample_path('two-writers').name}": "another broken one",
        "--help": "all commands",
    }
    width = max(map(len, lines))
    for line, what in lines.items():
        yield Text.assemble(f"  {program} {line:<{width}}", (f"  # {what}", QUIET))


def _expanded(line: str) -> list[str]:
    """The words of a command line, with the pattern replaced as a shell would."""
    samples = sorted(sample_path(name).name for name in sample_names())
    return [word for part in line.split() for word in (samples if part == FOR_ALL else [part])]


def _program() -> str:
    """What to type for the program: `make demo` calls it where it is not on the search path."""
    called = Path(sys.argv[0])
    return _from_here(called) if called.name == PROGRAM and not shutil.which(PROGRAM) else PROGRAM


def _from_here(path: Path) -> str:
    """The shorter one of a path's absolute and relative forms."""
    return min(os.path.relpath(path), str(path.absolute()), key=len)
