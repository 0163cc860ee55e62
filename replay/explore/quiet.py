"""Parts of a scenario that are not explored: what prepares a race, or looks at what came of it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, Protocol


class Quietable(Protocol):
    """What makes choices while a schedule is run."""

    quiet: int


_performing: Final[list[Quietable]] = []


@contextmanager
def performing(queue: Quietable) -> Generator[None]:
    """Let `unexplored` reach *queue* while this is open."""
    _performing.append(queue)
    try:
        yield
    finally:
        _performing.remove(queue)


@contextmanager
def unexplored() -> Generator[None]:
    """While this is open, all tasks run in the default order, and no choice point is counted.

    For the part of a scenario behind its race: what is done there is checked in one order only. Does nothing in a run
    that is not explored.
    """
    queues = tuple(_performing)
    for queue in queues:
        queue.quiet += 1
    try:
        yield
    finally:
        for queue in queues:
            queue.quiet -= 1
