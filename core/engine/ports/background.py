"""Work that outlives the turn that began it."""

from collections.abc import Awaitable, Callable
from typing import Protocol


class Background(Protocol):
    """Runs work in the session; it is cancelled at shutdown, and reported when it will not stop."""

    def start(self, effect_id: str, work: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        """Start *work* and return a function that cancels it. Its exceptions become warnings in the log."""
        ...
