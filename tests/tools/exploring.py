"""Scenarios for `turnfold explore`, and the command on them in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from turnfold.tools.app import run
from turnfold.tools.cli import COMMANDS
from turnfold.tools.guard import guarded

SCENARIOS = '''
import os
import signal
import time

import attrs
import trio

from turnfold.core.engine.fakes import Say
from turnfold.core.results import Steered
from turnfold.events import TurnStarted
from turnfold.replay.lab import Lab, race

count = 0


async def booking():
    seats = 1

    async def book():
        nonlocal seats
        if seats > 0:
            await trio.lowlevel.checkpoint()
            seats -= 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(book)
        nursery.start_soon(book)
    if seats < 0:
        raise RuntimeError("sold twice \\x1b[31m")


async def counts():
    global count
    count += 1
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(trio.lowlevel.checkpoint)
    return count % 3


async def in_order():
    order = []

    async def step(number):
        await trio.lowlevel.checkpoint()
        order.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(3):
            nursery.start_soon(step, number)
    return order


async def stops():
    global count
    count += 1
    if count > 20:
        os.kill(os.getpid(), signal.SIGINT)
    return await in_order()


async def deadlock():
    await trio.sleep_forever()


async def endless():
    while True:
        await trio.lowlevel.checkpoint()


async def threads():
    await trio.to_thread.run_sync(print)


async def needs(lab):
    await lab.begin()


def not_async():
    return None


async def odd():
    pass


odd.scenario_name = "od~d"
number = 7


@race("forged", {"go": [[Say("so")]]})
async def forged(lab: Lab) -> None:
    """A steer meets the natural end; if it is refused, the log gets a turn that nobody asked for."""
    told = []

    async def steer():
        told.append(await lab.steer())

    await lab.begin()
    await lab.race(user=steer)
    if not isinstance(told[0], Steered):
        last = lab.journal.appended[-1]
        event = TurnStarted(turn_id="turn-7", collaboration_mode_kind="default")
        lab.journal.appended.append(attrs.evolve(last, seq=last.seq + 1, event=event))


@race("quiet", {"go": [[Say("so")]]})
async def quiet(lab: Lab) -> None:
    """A client steers, another interrupts."""
    await lab.begin()
    await lab.race(user=lab.interrupt, other=lab.steer)


async def two_sessions():
    await quiet()
    await forged()
'''

Call: TypeAlias = Callable[..., tuple[int, str, str]]
"""Runs the command with some words: its exit code, its output and its complaints."""


@contextmanager
def scenarios_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """Make *folder* the current one, with scenarios in it and modules that cannot be imported."""
    for name, text in {
        "tried": SCENARIOS,
        "broken": "\n1 / 0\n",
        "no_syntax": "def (\n",
        "dependent": "import never_installed\n",
        "leaving": "import sys\nsys.exit(3)\n",
        "empty": "",
    }.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", list(sys.path))
    try:
        yield folder
    finally:
        for name in ("tried", "empty"):
            sys.modules.pop(name, None)


def calling(capsys: pytest.CaptureFixture[str]) -> Call:
    """The command in this process; each call loads the scenarios anew."""

    def done(*words: str | Path) -> tuple[int, str, str]:
        sys.modules.pop("tried", None)
        code = guarded(lambda: run(COMMANDS, ["explore", *map(str, words)]))
        out, err = capsys.readouterr()
        return code, out, err

    return done
