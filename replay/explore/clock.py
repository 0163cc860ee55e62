"""Virtual time: it passes only when no task can run."""

from __future__ import annotations

from collections.abc import Callable

from trio.abc import Clock


class VirtualClock(Clock):
    """Time that stands still while a task can run, then jumps to the next deadline. Starts at 0 seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self.on_idle: Callable[[float], float] | None = None
        """Asked what to do when no task can run, with the next deadline; returns seconds to wait for I/O."""

    def start_clock(self) -> None:
        """Nothing to start."""

    def current_time(self) -> float:
        """Seconds since the schedule began."""
        return self.now

    def jump(self, seconds: float) -> None:
        """Move the time forward, as `trio.testing.MockClock.jump` does.

        Raises:
            ValueError: *seconds* is negative.
        """
        if seconds < 0:
            raise ValueError("time can't go backwards")
        self.now += seconds

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Asked by trio only when no task can run."""
        return 0.0 if self.on_idle is None else self.on_idle(deadline)
