"""The command at a terminal of its own: a pseudo-terminal, and somebody who reads and types."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import termios
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.tools.process import COMMAND, environment

PATIENCE_S = 30
"""Real seconds after which what does not come is taken not to come at all."""


class AtTerminal:
    """Somebody at a terminal on which a command runs."""

    def __init__(self, pid: int, fd: int) -> None:
        self.pid = pid
        self._fd = fd
        self._unread = ""
        self.seen = ""
        """All that was on the screen, with the sequences."""
        self._deadline_s = time.monotonic() + PATIENCE_S

    def wait_for(self, text: str) -> str:
        """Read on until *text* comes; what was read up to its end."""
        while text not in self._unread:
            piece = self._read()
            assert piece, f"{text!r} did not come; the screen:\n{self.seen}"
        end = self._unread.index(text) + len(text)
        passed, self._unread = self._unread[:end], self._unread[end:]
        return passed

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._fd, keys.encode())

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows what is typed and hands over whole lines, as shells leave it."""
        mode = termios.tcgetattr(self._fd)[3]
        return bool(mode & termios.ECHO and mode & termios.ICANON)

    def hang_up(self) -> None:
        """The terminal goes away."""
        os.close(self._fd)
        self._fd = -1

    def end(self) -> int:
        """Read to the end; the exit code, negative for a signal."""
        while self._fd >= 0 and self._read():
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        """Leave nothing behind."""
        if self._fd >= 0:
            os.close(self._fd)
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def _read(self) -> str:
        ready, _, _ = select.select([self._fd], [], [], max(0.0, self._deadline_s - time.monotonic()))
        if not ready:
            return ""
        try:
            piece = os.read(self._fd, 65_536).decode("utf-8", "replace")
        except OSError:  # what Linux says at the end of a terminal
            return ""
        self.seen += piece
        self._unread += piece
        return piece


@contextmanager
def at_terminal(*words: str | Path, cwd: Path, **variables: str) -> Generator[AtTerminal]:
    """Start one command line on a terminal of its own, in *cwd*."""
    env = environment(TERM="xterm", PYTHONPATH=os.pathsep.join(sys.path), **variables)
    argv = [*COMMAND, *map(str, words)]
    pid, fd = pty.fork()
    if pid == 0:  # the child has nothing of the test's left but its memory, and leaves at once
        try:
            os.chdir(cwd)
            os.execve(argv[0], argv, dict(env))
        finally:
            os._exit(127)
    somebody = AtTerminal(pid, fd)
    try:
        yield somebody
    finally:
        somebody.close()
