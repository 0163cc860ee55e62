"""What a schedule tells when it cannot go on by itself."""

from __future__ import annotations

from typing import Any, Protocol

from turnfold.replay.explore.places import standing


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
    place = standing(task)
    if place is None:
        return f"{label} waits in a foreign await"
    return f"{label} waits in {place.waits_in or 'a foreign await'} ({place.spot}, in {place.function})"
