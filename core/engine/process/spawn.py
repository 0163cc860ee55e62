"""The start of a program, with pipes or with a terminal, and the plain words for why it failed."""

import errno
import fcntl
import os
import pty
import shutil
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import attrs
import trio

from turnfold.core.engine.ports import Command, ProcessError
from turnfold.core.engine.process.lasting import in_lasting_thread

_TTY_ROWS = 24
_TTY_COLUMNS = 80

# A session has no terminal until its leader opens one, so a shell does that and then becomes the program. Doing it
# in the child between fork and exec (`preexec_fn`) may deadlock in a program with threads.
_TAKE_TERMINAL = ("/bin/sh", "-c", ': <"$0" && exec "$@"')

_REMEDIES = {
    errno.EACCES: "it may not be executed; make it executable (chmod +x) or run it with its interpreter",
    errno.ENOEXEC: "it is neither a binary for this machine nor a script with a `#!` line",
    errno.E2BIG: "arguments and environment are too long; pass the data in a file or on standard input",
    errno.EMFILE: "this process has too many open files; raise the limit (ulimit -n) or run fewer at a time",
    errno.ENFILE: "the system has too many open files; run fewer programs at a time",
    errno.EAGAIN: "the limit of processes is reached; raise it (ulimit -u) or run fewer at a time",
    errno.ENOMEM: "there is not enough memory; run fewer programs at a time",
}


@attrs.frozen(kw_only=True)
class Spawned:
    """A program that runs, and this side's ends of its streams."""

    process: subprocess.Popen[bytes]
    stdin: trio.abc.SendStream | None
    stdout: trio.abc.ReceiveStream
    stderr: trio.abc.ReceiveStream | None
    """None where it has a terminal."""
    tty: bool


async def spawn(command: Command, extra: Mapping[str, str]) -> Spawned:
    """Start *command* with *extra* variables. Raises ProcessError."""
    if not command.argv or not command.argv[0]:
        raise ProcessError("no program to run: the command is empty; its first word must name one")
    env = {**command.env, **extra}
    try:
        if command.tty:
            return await _with_terminal(command, env)
        return await _with_pipes(command, env)
    except OSError as error:
        raise ProcessError(_why(command, error)) from error
    except ValueError as error:
        message = (
            f"cannot run {command.argv[0]!r}: {error}; take that character out of command and environment"
        )
        raise ProcessError(message) from error


async def _with_pipes(command: Command, env: Mapping[str, str]) -> Spawned:
    with ExitStack() as ours, ExitStack() as theirs:
        # Some programs search a pipe for input, even a closed one, but not the null device.
        stdin, feed = (subprocess.DEVNULL, None) if command.stdin == b"" else _pipe(theirs, ours)
        out, stdout = _pipe(ours, theirs)
        err, stderr = _pipe(ours, theirs)
        process = await _started(command.argv, command.cwd, env, (stdin, stdout, stderr))
        ours.pop_all()
    return Spawned(
        process=process,
        stdin=None if feed is None else trio.lowlevel.FdStream(feed),
        stdout=trio.lowlevel.FdStream(out),
        stderr=trio.lowlevel.FdStream(err),
        tty=False,
    )


def _pipe(reader: ExitStack, writer: ExitStack) -> tuple[int, int]:
    """Make a pipe, and leave the closing of its two ends to the stacks."""
    ends = os.pipe()
    reader.callback(os.close, ends[0])
    writer.callback(os.close, ends[1])
    return ends


async def _with_terminal(command: Command, env: Mapping[str, str]) -> Spawned:
    # The shell of _TAKE_TERMINAL would report these as output and an exit code of its own.
    _demand_startable(command)
    with ExitStack() as ours, ExitStack() as theirs:
        end, terminal = pty.openpty()
        ours.callback(os.close, end)
        theirs.callback(os.close, terminal)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", _TTY_ROWS, _TTY_COLUMNS, 0, 0))
        argv = (*_TAKE_TERMINAL, os.ttyname(terminal), *command.argv)
        process = await _started(argv, command.cwd, env, (terminal, terminal, terminal))
        ours.pop_all()
    stream = trio.lowlevel.FdStream(end)
    return Spawned(process=process, stdin=stream, stdout=stream, stderr=None, tty=True)


async def _started(
    argv: Sequence[str], cwd: str, env: Mapping[str, str], streams: tuple[int, int, int]
) -> subprocess.Popen[bytes]:
    """Start a program. Raises OSError and ValueError as the system does."""
    stdin, stdout, stderr = streams

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            list(argv),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )

    return await in_lasting_thread(start)


def _demand_startable(command: Command) -> None:
    """Raise the OSError that starting *command* would."""
    if not Path(command.cwd).is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "no such directory")
    if _resolved(command) is None:
        raise FileNotFoundError(errno.ENOENT, "no such program")


def _resolved(command: Command) -> str | None:
    """Return where the program is, as the start will look for it; None when it is nowhere."""
    program = command.argv[0]
    if "/" in program:
        path = Path(command.cwd, program)
        return str(path) if path.is_file() and os.access(path, os.X_OK) else None
    return shutil.which(program, path=command.env.get("PATH", os.defpath))


def _why(command: Command, error: OSError) -> str:
    """Say in plain words why *command* did not start, and what helps."""
    program = command.argv[0]
    if not Path(command.cwd).is_dir():
        return f"cannot run {program!r}: there is no directory {command.cwd!r}; make it or choose another one"
    if error.errno != errno.ENOENT:
        remedy = _REMEDIES.get(error.errno or 0, "see the system's message")
        return f"cannot run {program!r}: {error.strerror or error}: {remedy}"
    if _resolved(command) is not None:
        return f"cannot run {program!r}: the interpreter in its first line is missing; install or correct it"
    if "/" in program:
        return f"cannot run {program!r}: there is no such program; correct its path"
    path = command.env.get("PATH", os.defpath)
    return f"cannot run {program!r}: no such program on PATH ({path}); install it or give its full path"
