"""The real `Processes`: programs of this machine, each gone with all it started when its context is left."""

import secrets
from contextlib import AbstractAsyncContextManager
from types import TracebackType

import trio

from turnfold.core.engine.ports import Command, Process
from turnfold.core.engine.process.escaped import MARK, Mark, Sweeper
from turnfold.core.engine.process.running import RunningProcess
from turnfold.core.engine.process.spawn import spawn

REAP_MAX_S = 5.0
"""Seconds that leaving a context may wait for what was killed. Only a process stuck in the kernel needs them."""


class SystemProcesses:
    """Starts programs of this machine, each in a session and process group of its own.

    When the context of a program is left, in whatever way, these are killed with SIGKILL and waited for: its group;
    on Linux also whatever stayed in its session under another group, and whatever carries its mark, which is a
    variable of the environment (`TURNFOLD_PROCESS`) that children inherit, so daemons that forked twice too. A
    program that left the session *and* cleared its environment is not found; a sandbox with a process namespace of
    its own (`turnfold.core.engine.sandbox`) ends that one as well. Elsewhere than on Linux only the group is killed.

    The leader is not reaped before all that is done, so its id cannot meanwhile stand for another process.
    """

    def __init__(self) -> None:
        self._sweeper = Sweeper()

    def open(self, command: Command) -> AbstractAsyncContextManager[Process]:
        """Run *command*. Entering raises ProcessError, which names the program and the remedy."""
        return _Opening(command, self._sweeper)


class _Opening:
    """The context of one program.

    A class and no generator: the body's exception must leave it as it came, not in the group that a nursery makes.
    """

    def __init__(self, command: Command, sweeper: Sweeper) -> None:
        self._command = command
        self._sweeper = sweeper
        self._nursery = trio.open_nursery()
        self._running: RunningProcess | None = None
        self._mark: Mark | None = None

    async def __aenter__(self) -> Process:
        token = secrets.token_hex(12)
        spawned = await spawn(self._command, {MARK: _joined(self._command.env.get(MARK), token)})
        self._mark = Mark(token=token, session=spawned.process.pid)
        self._running = RunningProcess(spawned)
        # No checkpoint between the start and here: a cancellation cannot come between and leave it running.
        self._running.begin(await self._nursery.__aenter__(), self._command.stdin)
        return self._running

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._running is not None
        assert self._mark is not None
        with trio.CancelScope(shield=True):
            self._running.kill()
            with trio.move_on_after(REAP_MAX_S):
                await self._running.wait()
                await self._sweeper.sweep(self._mark)
            await self._running.close()
        await self._nursery.__aexit__(None, None, None)


def _joined(outer: str | None, token: str) -> str:
    """Add *token* to the marks of the programs around: what an inner engine starts dies with the outer one's."""
    return token if not outer else f"{outer}:{token}"
