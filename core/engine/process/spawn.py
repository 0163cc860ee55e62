"""The start of a program, with pipes or with a terminal, and the plain words for why it failed."""

import errno
import fcntl
import os
import pty
import shutil
import struct
import subprocess
import termios
from collections.abc import Mapping
from pathlib import Path

import attrs
import trio

from turnfold.core.engine.ports import Command, ProcessError

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

    process: trio.Process
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
    # Some programs search a pipe for input, even a closed one, but not the null device.
    process = await trio.lowlevel.open_process(
        list(command.argv),
        stdin=subprocess.DEVNULL if command.stdin == b"" else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=command.cwd,
        env=env,
        start_new_session=True,
    )
    assert process.stdout is not None
    return Spawned(
        process=process, stdin=process.stdin, stdout=process.stdout, stderr=process.stderr, tty=False
    )


async def _with_terminal(command: Command, env: Mapping[str, str]) -> Spawned:
    # The shell of _TAKE_TERMINAL would report these as output and an exit code of its own.
    _demand_startable(command)
    ours, theirs = pty.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _TTY_ROWS, _TTY_COLUMNS, 0, 0))
        process = await trio.lowlevel.open_process(
            [*_TAKE_TERMINAL, os.ttyname(theirs), *command.argv],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=command.cwd,
            env=env,
            start_new_session=True,
        )
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    stream = trio.lowlevel.FdStream(ours)
    return Spawned(process=process, stdin=stream, stdout=stream, stderr=None, tty=True)


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
