"""Programs that do what a script says, on trio's clock."""

import math
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import attrs
import trio

from turnfold.core.engine.fakes.model import Pause
from turnfold.core.engine.ports import Chunk, Command, ProcessError


@attrs.frozen(kw_only=True)
class Program:
    """What a program does from its start to its end."""

    steps: Sequence[Chunk | Pause] = ()
    """Output, and pauses, in order. The pauses count from the start, however slowly the output is read; one of
    `math.inf` seconds never ends."""

    exit_code: int | None = 0
    """Code at its end; None when a signal ends it."""

    kill_takes_s: float = 0
    """Seconds from a kill to the end, as of a program that is stuck in the kernel."""

    @property
    def duration_s(self) -> float:
        """Seconds that it runs when nobody kills it."""
        return sum(step.seconds for step in self.steps if isinstance(step, Pause))


Casting: TypeAlias = Mapping[str, Program] | Callable[[Command], Program]


class FakeProcess:
    """A program in its run; a `Process`."""

    def __init__(self, command: Command, program: Program, pid: int) -> None:
        self.command = command
        self.written: list[bytes] = []
        """What `write` sent."""
        self.killed = False
        self.ended = False
        """Whether its context was left."""
        self._program = program
        self._pid = pid
        self._kill = trio.Event()
        self._at = 0
        self._due = trio.current_time()
        self._end = self._due + program.duration_s

    @property
    def pid(self) -> int:
        """Made up."""
        return self._pid

    async def write(self, data: bytes) -> None:
        """Keep *data*."""
        await trio.lowlevel.checkpoint()
        self.written.append(data)

    async def receive(self) -> Chunk | None:
        """Return the next output when its time has come; None at the end and after a kill."""
        await trio.lowlevel.checkpoint()
        while self._at < len(self._program.steps):
            step = self._program.steps[self._at]
            if isinstance(step, Pause):
                self._due += step.seconds
                await self._until(self._due)
            if self.killed:
                return None
            self._at += 1
            if isinstance(step, Chunk):
                return step
        return None

    async def wait(self) -> int | None:
        """Return the exit code at the end of the script; None after a kill."""
        await trio.lowlevel.checkpoint()
        await self._until(self._end)
        return None if self.killed else self._program.exit_code

    async def _until(self, time: float) -> None:
        """Wait for *time* or the death of the program."""
        with trio.move_on_at(time):
            await self._kill.wait()
            await trio.sleep(self._program.kill_takes_s)

    def kill(self) -> None:
        """End it."""
        self.killed = True
        self._kill.set()

    async def reap(self) -> None:
        """Kill it unless it is over, and wait for its death, also when cancelled."""
        if trio.current_time() < self._end:
            self.kill()
            with trio.CancelScope(shield=True):
                await trio.sleep(self._program.kill_takes_s)
        self.ended = True


class FakeProcesses:
    """Starts scripted programs; a `Processes`.

    Args:
        casting: the program by the last argument of the command (for a shell, its text), or a function of the
            command. A command that is not named cannot be started.
    """

    def __init__(self, casting: Casting) -> None:
        self._casting = casting
        self.started: list[FakeProcess] = []
        """All that were started, in order."""

    def cast(self, casting: Casting) -> None:
        """Change what the commands do that are started from now on."""
        self._casting = casting

    @property
    def running(self) -> int:
        """Number of programs whose context was not left."""
        return sum(not each.ended for each in self.started)

    def open(self, command: Command) -> AbstractAsyncContextManager[FakeProcess]:
        """Start *command*. Raises ProcessError when nothing is cast for it."""
        return self._open(command)

    @asynccontextmanager
    async def _open(self, command: Command) -> AsyncGenerator[FakeProcess]:
        await trio.lowlevel.checkpoint()
        process = FakeProcess(command, self._cast(command), pid=1000 + len(self.started))
        self.started.append(process)
        try:
            yield process
        finally:
            await process.reap()

    def _cast(self, command: Command) -> Program:
        if callable(self._casting):
            return self._casting(command)
        program = self._casting.get(command.argv[-1])
        if program is None:
            raise ProcessError(f"{command.argv[-1]}: no such program")
        return program


def printing(stdout: str = "", stderr: str = "", *, exit_code: int | None = 0, after_s: float = 0) -> Program:
    """Return a program that waits *after_s*, prints and ends."""
    steps: list[Chunk | Pause] = [Pause(after_s)] if after_s else []
    steps += [Chunk("stdout", stdout.encode())] if stdout else []
    steps += [Chunk("stderr", stderr.encode())] if stderr else []
    return Program(steps=tuple(steps), exit_code=exit_code)


def hanging(stdout: str = "", *, kill_takes_s: float = 0) -> Program:
    """Return a program that prints and then never ends by itself."""
    steps = (Chunk("stdout", stdout.encode()), Pause(math.inf))
    return Program(steps=steps if stdout else steps[1:], kill_takes_s=kill_takes_s)
