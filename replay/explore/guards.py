"""What keeps a scenario inside of what can be explored: no processes, no sockets, no step that never ends."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

import attrs

from turnfold.replay.explore.listening import Refused

_AUDITED: Final = {
    "subprocess.Popen": "subprocess.Popen: a process",
    "os.fork": "os.fork: a process",
    "os.forkpty": "os.forkpty: a process",
    "os.system": "os.system: a process",
    "os.exec": "os.exec: another program",
    "_thread.start_new_thread": "_thread.start_new_thread: a thread",
    "os.posix_spawn": "os.posix_spawn: a process",
    "socket.__new__": "socket.socket: a socket",
}
"""Audit event of Python → what the scenario did."""

_THREAD: Final = "threading.Thread: a thread"
_POLL_S: Final = 0.25


class Stalled(BaseException):
    """Raised inside a step that does not come to an end."""


@attrs.define
class _Watch:
    thread: int
    in_scenario: Callable[[], bool]
    refuse: Callable[[str], None]


_watches: list[_Watch] = []
_hooked = False


def _audit(event: str, _args: tuple[Any, ...]) -> None:
    if not _watches or event not in _AUDITED:
        return
    for watch in _watches:
        if watch.thread == threading.get_ident() and watch.in_scenario():
            watch.refuse(_AUDITED[event])
            raise Refused(_AUDITED[event])


def guard_outside(in_scenario: Callable[[], bool], refuse: Callable[[str], None]) -> Callable[[], None]:
    """Refuse processes, sockets and threads to a scenario in this thread until the returned function is called.

    Python cannot take an audit hook back: it stays, and does nothing while no scenario runs.
    """
    global _hooked  # noqa: PLW0603  an audit hook is there once in a process
    if not _hooked:
        sys.addaudithook(_audit)
        _hooked = True
    watch = _Watch(threading.get_ident(), in_scenario, refuse)
    _watches.append(watch)
    start = threading.Thread.start
    thread_type: Any = threading.Thread

    def guarded(thread: threading.Thread) -> None:  # Python before 3.12 has no audit event for it
        if threading.get_ident() == watch.thread and in_scenario():
            refuse(_THREAD)
            raise Refused(_THREAD)
        start(thread)

    def undo() -> None:
        _watches.remove(watch)
        thread_type.start = start

    thread_type.start = guarded

    return undo


class Watchdog:
    """Ends a step that has lasted longer than *stall_s* seconds of real time, by raising `Stalled` in it.

    A step that hangs inside C code, as in `time.sleep`, is ended when it returns to Python.
    """

    def __init__(self, stall_s: float, ticks: Callable[[], int], busy: Callable[[], bool]) -> None:
        self._stall_s = stall_s
        self._ticks = ticks
        self._busy = busy
        self._target = threading.get_ident()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="turnfold explore: watchdog", daemon=True)
        self.place: str | None = None
        """Where the step hung, once it was ended."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        seen, waited_s = -1, 0.0
        while not self._stop.wait(min(_POLL_S, self._stall_s)):
            ticks = self._ticks()
            if ticks != seen or not self._busy():
                seen, waited_s = ticks, 0.0
                continue
            waited_s += min(_POLL_S, self._stall_s)
            if waited_s >= self._stall_s:
                self.place = self._look()
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._target), ctypes.py_object(Stalled)
                )
                waited_s = 0.0

    def _look(self) -> str:
        frames = sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  the documented way
        frame = frames.get(self._target)
        if frame is None:
            return "an unknown place"
        return f"{frame.f_code.co_filename}:{frame.f_lineno}, in {frame.f_code.co_name}"
