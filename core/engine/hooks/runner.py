"""Runs the command of one handler."""

import codecs
from collections.abc import Mapping
from typing import Final

import attrs
import trio

from turnfold.core.engine.ports import Command, Process, ProcessError, Processes
from turnfold.core.hooks import HookExit
from turnfold.core.hooks.config import Handler

OUTPUT_BYTES_MAX: Final = 1024 * 1024
"""Bytes of each stream that are kept, unless the runner says otherwise."""


def user_shell(env: Mapping[str, str]) -> tuple[str, ...]:
    """Return the arguments before a command text: the user's shell as a login shell, else `/bin/sh -c` (A6)."""
    shell = env.get("SHELL", "")
    return (shell, "-lc") if shell.startswith("/") else ("/bin/sh", "-c")


@attrs.define
class _Captured:
    """The beginning of a stream, and how much more there was."""

    limit: int
    kept: bytearray = attrs.field(factory=bytearray)
    dropped: int = 0

    def add(self, data: bytes) -> None:
        room = self.limit - len(self.kept)
        self.kept += data[:room]
        self.dropped += max(0, len(data) - room)

    def text(self) -> str:
        if not self.dropped:
            return self.kept.decode(errors="replace")
        # A character that the limit cut in two is left out whole.
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        text = decoder.decode(bytes(self.kept))
        left_out = self.dropped + len(decoder.getstate()[0])
        return f"{text}\n[{left_out} more bytes of output were left out]"


def _shell_of(runner: "CommandRunner") -> tuple[str, ...]:
    return user_shell(runner.env)


@attrs.frozen(kw_only=True)
class CommandRunner:
    """Runs commands of hooks.

    Args:
        env: environment of the commands, whole.
        shell: arguments before the command text; those of the user's shell by default.
        output_bytes_max: bytes of stdout and of stderr that are kept; the rest is read and dropped, so that a
            command that prints without end neither fills the memory nor stands still.
    """

    processes: Processes
    env: Mapping[str, str]
    shell: tuple[str, ...] = attrs.Factory(_shell_of, takes_self=True)
    output_bytes_max: int = OUTPUT_BYTES_MAX

    async def run(self, handler: Handler, stdin: bytes, cwd: str) -> HookExit:
        """Run *handler* in *cwd* with *stdin* and return how it ended; it never fails.

        Its end is that of its output too: a child in the background that holds stdout open is waited for. When its
        time is up its process group is killed. So it is when the caller is cancelled.
        """
        env = {**self.env, **dict(handler.env)}
        command = Command(argv=(*self.shell, handler.command), cwd=cwd, env=env, stdin=stdin)
        streams = {name: _Captured(self.output_bytes_max) for name in ("stdout", "stderr")}
        code: int | None = None
        error: str | None = None
        with trio.move_on_after(handler.timeout_s) as clock:
            try:
                async with self.processes.open(command) as process:
                    code = await _drained(process, streams)
            except ProcessError as fault:
                error = str(fault)
        if clock.cancelled_caught:
            code, error = None, f"hook timed out after {handler.timeout_s}s"
        return HookExit(
            code=code, stdout=streams["stdout"].text(), stderr=streams["stderr"].text(), error=error
        )


async def _drained(process: Process, streams: Mapping[str, _Captured]) -> int | None:
    """Read both streams to their ends, and return the exit code."""
    while (chunk := await process.receive()) is not None:
        streams[chunk.stream].add(chunk.data)
    return await process.wait()
