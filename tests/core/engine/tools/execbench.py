"""A bench for the tests of processes that outlive their calls."""

from __future__ import annotations

import math
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import attrs
import trio

from tests.core.engine.tools.shelltools import (
    allowed_desk,
    attempted,
    call_of,
    on_mock_clock,
)
from turnfold.core.engine.fakes import BookDesk, FakeProcesses, Pause, Program, hanging, printing
from turnfold.core.engine.ports import (
    Chunk,
    ToolResult,
)
from turnfold.core.engine.tools import ExecCommand, ExecSessions, ExecSettings, WriteStdin
from turnfold.events import ExecEnded, ToolCallOutput

PROGRAMS = {
    "hi": printing("hi\n"),
    "fails": printing("bad\n", exit_code=4),
    "denied": printing("no\n", exit_code=9),
    "server": hanging("up\n"),
    "minute": Program(steps=(Chunk("stdout", b"a\n"), Pause(60), Chunk("stdout", b"b\n")), exit_code=3),
    "character": Program(
        steps=(
            Chunk("stdout", "x€".encode()[:2]),
            Pause(20),
            Chunk("stdout", "€y".encode()[1:]),
            Pause(math.inf),
        )
    ),
}


class NurseryBackground:
    """Work in a nursery of the test."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self._nursery = nursery

    def start(self, effect_id: str, work: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        """Start *work* in a scope of its own."""
        scope = trio.CancelScope()

        async def run() -> None:
            with scope:
                await work()

        self._nursery.start_soon(run, name=effect_id)
        return scope.cancel


@attrs.frozen(kw_only=True)
class Bench:
    """The two tools over scripted programs, and a desk."""

    desk: BookDesk
    processes: FakeProcesses
    sessions: ExecSessions
    exec: ExecCommand
    stdin: WriteStdin

    async def run(self, program: str, call_id: str = "call-1", **more: object) -> str:
        """Call `exec_command` and return what the model is told, without the time."""
        return told(
            await attempted(self.exec, call_of("exec_command", call_id, cmd=program, **more), self.desk)
        )

    async def ask(self, session_id: int, **more: object) -> str:
        """Call `write_stdin` and return what the model is told, without the time."""
        call = call_of("write_stdin", "call-w", session_id=session_id, **more)
        return told(await attempted(self.stdin, call, self.desk))

    def ends(self) -> list[ExecEnded]:
        """The recorded ends."""
        return [end for end in self.desk.log if isinstance(end, ExecEnded)]


def told(result: ToolResult) -> str:
    """Return the output without its time."""
    return re.sub(r"\AWall time: \d+\.\d{4} seconds\n", "", str(result.output))


@asynccontextmanager
async def bench(settings: ExecSettings | None = None, limit: int = 64) -> AsyncGenerator[Bench]:
    """Make the tools, with a background that is cancelled at the end."""
    processes = FakeProcesses(PROGRAMS)
    desk, sessions = allowed_desk(), ExecSessions(limit=limit)
    chosen = settings or ExecSettings(processes=processes, env={"A": "1"})
    async with trio.open_nursery() as nursery:
        sessions.attach(NurseryBackground(nursery), desk)
        yield Bench(
            desk=desk,
            processes=processes,
            sessions=sessions,
            exec=ExecCommand(chosen, sessions),
            stdin=WriteStdin(chosen, sessions),
        )
        nursery.cancel_scope.cancel()


def benched(test: Callable[[Bench], Awaitable[None]], limit: int = 64) -> None:
    """Run *test* with scripted programs on a mock clock."""

    async def main() -> None:
        async with bench(limit=limit) as made:
            await test(made)

    on_mock_clock(main)


def answer(desk: BookDesk, call_id: str) -> None:
    """Record that a call was answered."""
    desk.say(ToolCallOutput(call_id=call_id, call_type="function_call", output="...", success=True))
