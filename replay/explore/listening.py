"""What a schedule tells when it cannot go on by itself."""

from __future__ import annotations

from typing import Any, Final, Protocol

_INNERMOST: Final = {"wait_task_rescheduled", "_nested_child_finished", "_real_async_yield", "_async_yield"}
"""In these every wait ends: they say nothing about what is waited for."""


class Refused(Exception):
    """A scenario used what no schedule controls: threads, processes, sockets or other real I/O."""


class Listener(Protocol):
    """Who is told when a schedule cannot go on by itself."""

    def deadlocked(self, waits: list[str]) -> None:
        """No task can run and no deadline is set; *waits* says where each task waits."""
        ...

    def overran(self) -> None:
        """The schedule has made as many steps as one may make."""
        ...

    def refused(self, what: str) -> None:
        """The scenario used something that cannot be explored."""
        ...


def wait_of(task: Any, label: str) -> str:
    """Say in words where a blocked task waits: for what, and in which line of the program."""
    place, what = "", ""
    for frame, line in task.iter_await_frames():
        code = frame.f_code
        if str(frame.f_globals.get("__name__", "")).split(".")[0] != "trio":
            place, what = f" ({code.co_filename}:{line}, in {code.co_name})", ""
        elif not what or (what.rpartition(".")[2].startswith("_") and code.co_name not in _INNERMOST):
            what = str(getattr(code, "co_qualname", code.co_name))
    return f"{label} waits in {what or 'a foreign await'}{place}"
