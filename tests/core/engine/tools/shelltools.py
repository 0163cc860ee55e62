"""What the tests of the tools that run commands share."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import trio
import trio.testing

from turnfold.core.engine.fakes import BookDesk, FakeProcesses
from turnfold.core.engine.ports import Attempt, Command, Sandbox, Tool, ToolCall, ToolResult
from turnfold.core.engine.process import SystemProcesses
from turnfold.core.engine.tools import ExecSettings
from turnfold.events import Event, ToolDecisionRecorded

T = TypeVar("T")
REAL_ENV = {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/"}


def real_settings() -> ExecSettings:
    """Settings that run real programs."""
    return ExecSettings(processes=SystemProcesses(), env=REAL_ENV)


def call_of(name: str, call_id: str = "call-1", /, **arguments: object) -> ToolCall:
    """Return a function call with *arguments*."""
    return ToolCall(call_id=call_id, name=name, turn_id="turn-1", arguments=json.dumps(arguments))


def on_mock_clock(main: Callable[[], Awaitable[T]]) -> T:
    """Run *main* on a clock that jumps over every wait."""
    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def allowed_desk(*call_ids: str) -> BookDesk:
    """Return a desk at which each call was requested and allowed."""
    desk = BookDesk()
    for call_id in call_ids or ("call-1",):
        allow(desk, call_id)
    return desk


def allow(desk: BookDesk, call_id: str, name: str = "shell") -> None:
    """Request a call and let it go."""
    desk.request(call_id, name)
    desk.say(ToolDecisionRecorded(call_id=call_id, decision="approved", source="config", turn_id="turn-1"))


def recorded(desk: BookDesk, *kinds: type[Event]) -> list[Event]:
    """Return what was recorded of *kinds*."""
    return [event for event in desk.log if isinstance(event, kinds)]


async def attempted(
    tool: Tool, call: ToolCall, desk: BookDesk, *, cwd: str = "/", sandbox: Sandbox | None = None
) -> ToolResult:
    """Prepare *call* and make its first attempt."""
    return await tool.prepare(call, cwd).attempt(Attempt(number=1, desk=desk, sandbox=sandbox))


class BoxOf:
    """A sandbox that prefixes the command, and claims a denial for one exit code."""

    def __init__(self, *prefix: str, denies: int | None = 9) -> None:
        self._prefix = prefix or ("box",)
        self._denies = denies

    @property
    def name(self) -> str:
        """`box`."""
        return "box"

    def confine(self, command: Command) -> Command:
        """Put the prefix in front."""
        return Command(argv=(*self._prefix, *command.argv), cwd=command.cwd, env=command.env)

    def denied(self, exit_code: int | None, output: str) -> bool:
        """Whether it is the one exit code."""
        return exit_code == self._denies


def argvs(processes: FakeProcesses) -> Sequence[tuple[str, ...]]:
    """Return the commands that were started."""
    return [process.command.argv for process in processes.started]
