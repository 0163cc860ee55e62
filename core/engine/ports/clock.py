"""Time and ids: what the pure part is handed, and never makes."""

from typing import Protocol


class Clock(Protocol):
    """Wall time. How long something takes is measured with trio's clock, which tests can replace."""

    def now_us(self) -> int:
        """Return the time in microseconds since 1970-01-01 UTC."""
        ...


class Ids(Protocol):
    """A source of ids that are unique in a session."""

    def new(self, kind: str) -> str:
        """Return a fresh id; *kind* says what for (`turn`, `call`, `approval`, ...) and may show in it."""
        ...
