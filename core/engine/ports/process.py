"""Processes: the only way in which the engine runs a program."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol

import attrs


class ProcessError(Exception):
    """A program could not be started."""


@attrs.frozen(kw_only=True)
class Command:
    """A program to run."""

    argv: tuple[str, ...]
    cwd: str
    env: Mapping[str, str]
    """The whole environment."""
    stdin: bytes | None = b""
    """What it reads, closed after that; None keeps its input open for `Process.write`."""
    tty: bool = False
    """Whether it gets a terminal; stdout and stderr are then one."""


@attrs.frozen
class Chunk:
    """Some output, as it came."""

    stream: Literal["stdout", "stderr"]
    data: bytes


class Process(Protocol):
    """A running program, in a process group of its own."""

    @property
    def pid(self) -> int:
        """Process id, which is also its group's."""
        ...

    async def write(self, data: bytes) -> None:
        """Send input. Does nothing once the program stopped reading."""
        ...

    async def receive(self) -> Chunk | None:
        """Wait for the next output; None once both streams are closed."""
        ...

    async def wait(self) -> int | None:
        """Wait for the end and return the exit code; None when a signal ended it."""
        ...

    def kill(self) -> None:
        """Kill the whole group, at once. May be called again, and after the end."""
        ...


class Processes(Protocol):
    """Starts programs."""

    def open(self, command: Command) -> AbstractAsyncContextManager[Process]:
        """Run *command*; leaving the context, also by cancellation, kills its group and reaps it.

        Raises ProcessError when it cannot be started.
        """
        ...
