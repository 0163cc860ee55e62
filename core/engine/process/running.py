"""A running program: its streams, its end, and the killing of its group."""

import os
import signal
import subprocess
from typing import Literal

import trio

from turnfold.core.engine.ports import Chunk
from turnfold.core.engine.process.spawn import Spawned

_READ_BYTES_MAX = 65_536
_END_OF_INPUT = b"\x04"
"""What a terminal takes for the end of the input (Ctrl-D)."""


class RunningProcess:
    """Implements `Process`. `begin` starts what moves its streams; `close` is the last thing done to it.

    Output that nobody receives is not read either, so a program that writes more than a pipe holds waits then.
    """

    def __init__(self, spawned: Spawned) -> None:
        self._process = spawned.process
        self._pid = spawned.process.pid
        self._spawned = spawned
        self._writing = trio.Lock()
        self._ended = trio.Event()
        self._exit_code: int | None = None
        self._reaped = False
        self._pumps: list[trio.CancelScope] = []
        self._sink, self._source = trio.open_memory_channel[Chunk](0)

    @property
    def pid(self) -> int:
        """Process id, which is also its group's and its session's."""
        return self._pid

    def begin(self, nursery: trio.Nursery, stdin: bytes | None) -> None:
        """Start to move the streams and to watch for the end."""
        nursery.start_soon(self._watch)
        nursery.start_soon(self._pump, "stdout", self._spawned.stdout, self._sink.clone())
        if self._spawned.stderr is not None:
            nursery.start_soon(self._pump, "stderr", self._spawned.stderr, self._sink.clone())
        self._sink.close()
        if stdin is not None:
            nursery.start_soon(self._feed, stdin)

    async def write(self, data: bytes) -> None:
        """Send input; waits while the program does not read. Does nothing once it stopped reading."""
        stdin = self._spawned.stdin
        if stdin is None:
            await trio.lowlevel.checkpoint()
            return
        async with self._writing:
            try:
                await stdin.send_all(data)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return

    async def receive(self) -> Chunk | None:
        """Wait for the next output; None once both streams are closed."""
        try:
            return await self._source.receive()
        except trio.EndOfChannel:
            return None

    async def wait(self) -> int | None:
        """Wait for the end and return the exit code; None when a signal ended it."""
        await self._ended.wait()
        return self._exit_code

    def kill(self) -> None:
        """Kill the whole group, at once. May be called again, and after the end."""
        if self._reaped:
            # Its id may be another's by now.
            return
        try:
            os.killpg(self._pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            # Nobody is left, or (on macOS) only processes that ended already.
            return

    async def close(self) -> None:
        """Reap it and let go of its streams. Call it shielded, after `kill`."""
        if self._ended.is_set():
            self._reap()
        else:
            # Stuck in the kernel. It cannot run on, and is reaped when it comes back.
            trio.lowlevel.spawn_system_task(self._reap_late)
        for pump in self._pumps:
            pump.cancel()
        self._source.close()
        for stream in (self._spawned.stdin, self._spawned.stdout, self._spawned.stderr):
            if stream is not None:
                await stream.aclose()

    def _reap(self) -> None:
        # It ended, so this does not block.
        self._process.wait()
        self._reaped = True

    async def _reap_late(self) -> None:
        await _exit_code(self._process)
        self._reap()

    def _until_closed(self) -> trio.CancelScope:
        """A scope that only `close` ends: output must go on while a cancelled body cleans up."""
        scope = trio.CancelScope(shield=True)
        self._pumps.append(scope)
        return scope

    async def _watch(self) -> None:
        with self._until_closed():
            self._exit_code = await _exit_code(self._process)
            self._ended.set()

    async def _pump(
        self,
        name: Literal["stdout", "stderr"],
        stream: trio.abc.ReceiveStream,
        sink: trio.MemorySendChannel[Chunk],
    ) -> None:
        with self._until_closed(), sink:
            try:
                while data := await stream.receive_some(_READ_BYTES_MAX):
                    await sink.send(Chunk(name, bytes(data)))
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                # A terminal answers so once nobody has it open any more.
                return

    async def _feed(self, data: bytes) -> None:
        with self._until_closed():
            await self.write(data)
            stdin = self._spawned.stdin
            if stdin is None:
                return
            if self._spawned.tty:
                await self.write(_END_OF_INPUT)
            else:
                await stdin.aclose()


async def _exit_code(process: subprocess.Popen[bytes]) -> int | None:
    """Wait for the end of *process*, on Linux without reaping it, and return its exit code; None for a signal."""
    if not hasattr(os, "pidfd_open"):
        code = await trio.to_thread.run_sync(process.wait, abandon_on_cancel=True)
        return code if code >= 0 else None
    handle = os.pidfd_open(process.pid)
    try:
        await trio.lowlevel.wait_readable(handle)
    finally:
        os.close(handle)
    try:
        # WNOHANG: it never blocks.
        end = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)  # noqa: ASYNC222
    except ChildProcessError:
        # The program around us reaps all children; then nobody can say any more how this one ended.
        return None
    return end.si_status if end is not None and end.si_code == os.CLD_EXITED else None
