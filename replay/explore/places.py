"""Where in its source a task stands, and what it waits for there."""

from __future__ import annotations

import os
from typing import Any, Final

import attrs

_WAITING: Final = frozenset({"trio", "anyio", "contextlib"})
"""Packages whose frames are how a task waits, and not what it does."""

_EXPLORER: Final = "turnfold.replay.explore"

_INNERMOST: Final = {"wait_task_rescheduled", "_nested_child_finished", "_real_async_yield", "_async_yield"}
"""In these every wait ends: they say nothing about what is waited for."""

_WORDS: Final = {"NurseryManager.__aexit__": "end of nursery"}
"""What a wait is called where its function has a name that no program writes."""

_INSTALLED: Final = f"{os.sep}site-packages{os.sep}"


@attrs.frozen
class Place:
    """Where a task stands: the innermost frame of the program itself."""

    file: str
    """As Python names it, often an absolute path."""
    line: int
    function: str
    """Its qualified name, without what it is defined in if that is a function."""
    waits_in: str
    """What it waits for there, e.g. `checkpoint`, `Event.wait`. Empty if it stands in a foreign await."""

    @property
    def spot(self) -> str:
        """File and line, e.g. `booking.py:8`, relative to the current folder if the file is below it."""
        return f"{short_path(self.file)}:{self.line}"

    @property
    def brief(self) -> str:
        """Name of the file and line, for a place that was told before."""
        return f"{os.path.basename(self.file)}:{self.line}"  # noqa: PTH119  as often as `short_path`

    @property
    def wait(self) -> str:
        """What it waits for, in parentheses behind a space; empty if nothing is to be said."""
        return f" ({self.waits_in})" if self.waits_in not in {"", self.function} else ""

    def __str__(self) -> str:
        return f"{self.spot} in {self.function}{self.wait}"


def short_path(file: str) -> str:
    """Return the path from the current folder if the file is below it; of an installed file, that in its package."""
    _, installed, inner = file.rpartition(_INSTALLED)
    if installed:
        return inner
    try:
        here = os.getcwd()  # noqa: PTH109  every line of a report asks
    except OSError:  # the current folder has been removed
        return file
    return file[len(here) + 1 :] if file.startswith(here + os.sep) else file


def standing(task: Any) -> Place | None:
    """Say where a task stands between two steps; nothing if it has ended.

    That is the innermost frame outside of trio (anyio, contextlib) and this package. A task that has no such frame, as
    one that was started with `start_soon(trio.sleep, 1)`, stands in the outermost one it has.
    """
    if getattr(task.coro, "cr_frame", task.coro) is None:
        return None  # trio 0.25 cannot say so itself
    found: Any = None
    line, what = 0, ""
    for frame, its_line in task.iter_await_frames():
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(_EXPLORER):
            continue
        code = frame.f_code
        waiting = module.partition(".")[0] in _WAITING
        if found is None or not waiting:
            found, line, what = code, its_line, ""
        if waiting and _says_more(what, code):
            what = _named(code)
    if found is None:
        return None
    return Place(found.co_filename, line, _named(found), _WORDS.get(what, what))


def _says_more(what: str, code: Any) -> bool:
    """Whether a frame further in says better what is waited for: the outermost public name is wanted."""
    return not what or (what.rpartition(".")[2].startswith("_") and code.co_name not in _INNERMOST)


def _named(code: Any) -> str:
    return str(code.co_qualname).rpartition("<locals>.")[2].replace("_LockImpl.", "Lock.")
