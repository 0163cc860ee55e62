"""What left its process group: found in /proc by session or by a mark in the environment, and killed."""

import os
import signal
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import attrs
import trio

MARK: Final = "TURNFOLD_PROCESS"
"""Variable with the marks of the programs around, outermost first, separated by colons."""

_PROC = Path("/proc")
_ROUNDS_MAX = 20
_ROUND_PAUSE_S = 0.005


@attrs.frozen(kw_only=True)
class Mark:
    """How the descendants of one program are known."""

    token: str
    """Random text that stands in the variable `TURNFOLD_PROCESS`."""
    session: int
    """Session id. It stays reserved as long as the program's leader is not reaped."""


class Sweeper:
    """Kills what escaped. Programs that end at the same time share one look through /proc."""

    def __init__(self) -> None:
        self._wanted: set[Mark] = set()
        self._looking = trio.Lock()

    async def sweep(self, mark: Mark) -> None:
        """Kill all that belongs to *mark*; when this returns none of it runs."""
        if not hasattr(os, "pidfd_open"):
            await trio.lowlevel.checkpoint()
            return
        self._wanted.add(mark)
        async with self._looking:
            # A look that began after this mark was added took it along.
            if mark in self._wanted:
                marks, self._wanted = frozenset(self._wanted), set()
                await trio.to_thread.run_sync(kill_marked, marks, abandon_on_cancel=True)


def kill_marked(marks: Collection[Mark]) -> None:
    """Kill all processes that belong to one of *marks*, again until none is found: they may fork meanwhile."""
    for _ in range(_ROUNDS_MAX):
        found = list(_marked(marks))
        if not found:
            return
        for pid in found:
            _kill(pid, marks)
        time.sleep(_ROUND_PAUSE_S)


def _marked(marks: Collection[Mark]) -> Iterator[int]:
    sessions = {mark.session for mark in marks}
    tokens = [mark.token.encode() for mark in marks]
    for entry in os.scandir(_PROC):
        if entry.name.isdecimal() and _belongs(entry.name, sessions, tokens):
            yield int(entry.name)


def _belongs(pid: str, sessions: Collection[int], tokens: Collection[bytes]) -> bool:
    """Whether *pid* runs and is of one of the *sessions* or carries one of the *tokens*."""
    try:
        # The name, in parentheses, may hold anything; then come state, parent, group and session.
        state, _, _, session = (_PROC / pid / "stat").read_bytes().rpartition(b")")[2].split()[:4]
        if state in b"ZX":
            return False
        if int(session) in sessions:
            return True
        environment = (_PROC / pid / "environ").read_bytes()
    except (OSError, ValueError):
        # It ended just now, or is another user's.
        return False
    return any(token in environment for token in tokens)


def _kill(pid: int, marks: Collection[Mark]) -> None:
    """Kill *pid* if it still is the process that was found."""
    with suppress(OSError):
        handle = os.pidfd_open(pid)
        try:
            if _belongs(str(pid), {mark.session for mark in marks}, [mark.token.encode() for mark in marks]):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)
