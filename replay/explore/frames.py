"""Tracebacks that show the lines of the program under test, without those of the run loop around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Final, cast

_AROUND: Final = ("trio", "outcome", "turnfold.replay.explore")
"""Packages whose frames stand between the lines of a program, and say nothing about it."""


def user_frames(error: BaseException, *others: str) -> BaseException:
    """Take the frames of trio, of the exploration, and of *others* (modules) out of the tracebacks of *error*.

    So for the exceptions of a group, and for those it was raised from. A traceback that would be empty is left whole.
    Returns *error*.
    """
    _clean(error, (*_AROUND, *others), set())
    return error


def only_one(error: BaseException) -> BaseException:
    """Return the one exception that a group holds, however deep; the group itself if it holds several."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    group = cast("BaseExceptionGroup[BaseException]", error)
    return only_one(group.exceptions[0]) if len(group.exceptions) == 1 else group


def _clean(error: BaseException, around: Sequence[str], seen: set[int]) -> None:
    if id(error) in seen:
        return
    seen.add(id(error))
    error.__traceback__ = _without(error.__traceback__, around)
    others = [error.__cause__, error.__context__]
    if isinstance(error, BaseExceptionGroup):
        others += cast("BaseExceptionGroup[BaseException]", error).exceptions
    for other in others:
        if other is not None:
            _clean(other, around, seen)


def _without(trace: TracebackType | None, around: Sequence[str]) -> TracebackType | None:
    kept = [link for link in _links(trace) if not _is_of(link, around)]
    if not kept:
        return trace
    chain = None
    for link in reversed(kept):
        chain = TracebackType(chain, link.tb_frame, link.tb_lasti, link.tb_lineno)
    return chain


def _links(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _is_of(link: TracebackType, around: Sequence[str]) -> bool:
    module = str(link.tb_frame.f_globals.get("__name__", ""))
    return any(module == name or module.startswith(f"{name}.") for name in around)
