"""A trio run that is driven by hand: it goes on as far as it is told to, and time passes when it is told to."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf
from typing import Any, Final

import trio
from trio.abc import Clock

TICKS_MAX: Final = 20_000
"""Rounds of trio's loop without time passing, after which tasks are taken to keep each other awake for ever."""


_EVER: Final = 1e12
"""Seconds. No deadline is later, but for the one that is never."""


class NotSettled(AssertionError):
    """The tasks of the run never came to rest: one of them goes round without waiting for anything."""


class GivenUp(BaseException):
    """Leaves trio's loop for good; seen by nobody but trio."""


class HandClock(Clock):
    """Time that passes when the host says so. Starts at 0 seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self.idle = False
        """Whether trio has found that no task can run, since the host last looked."""
        self.deadline = inf
        """The next deadline, as trio said when it was idle."""
        self.broken = False
        """Whether the run is given up: the next look at the clock ends it, whatever its tasks wait for."""

    def start_clock(self) -> None:
        """Nothing to start."""

    def current_time(self) -> float:
        """Seconds that the host let pass."""
        return self.now

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Asked by trio only when no task can run; a wait of 0 keeps it from waiting in a thread."""
        if self.broken:
            raise GivenUp
        self.idle, self.deadline = True, deadline
        return 0.0


class Host:
    """Runs an async function as a guest, in this thread, a step whenever it is told to.

    Between the calls of its methods the synchronous functions of trio may be called, such as `Nursery.start_soon` and
    `Event.set`. What needs a real wait (threads, sockets, `trio.testing.wait_all_tasks_blocked`) does not come to an
    end here.
    """

    def __init__(self) -> None:
        self.clock = HandClock()
        self._ready: deque[Callable[[], object]] = deque()
        self._outcome: Any = None
        self._root = trio.CancelScope()

    @property
    def over(self) -> bool:
        """Whether the function has ended."""
        return self._outcome is not None

    def start(self, main: Callable[[], Awaitable[object]]) -> None:
        """Begin to run *main*. Raises RuntimeError in a thread in which trio runs already."""

        async def guarded() -> None:
            with self._root:
                await main()

        trio.lowlevel.start_guest_run(
            guarded,
            run_sync_soon_threadsafe=self._ready.append,
            done_callback=self._done,
            clock=self.clock,
            host_uses_signal_set_wakeup_fd=True,
        )

    def _done(self, outcome: Any) -> None:
        self._outcome = outcome

    def go(self, rounds: int) -> None:
        """Let so many rounds of trio's loop happen, in each of which every task that can run makes one step."""
        for _ in range(rounds):
            if not self.over:
                self._tick()

    def _tick(self) -> None:
        self.clock.idle = False
        self._ready.popleft()()

    def settle(self) -> None:
        """Let everything happen that can happen without time passing. Raises NotSettled when that never ends."""
        quiet = 0
        for _ in range(TICKS_MAX):
            if self.over:
                return
            self._tick()
            quiet = quiet + 1 if self.clock.idle and self.clock.deadline > self.clock.now else 0
            if quiet > 1:
                return
        raise NotSettled(f"tasks still run after {TICKS_MAX} rounds in which no time passed")

    def advance(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        """Let *seconds* pass, deadline by deadline; stop sooner when *until* holds."""
        end = self.clock.now + seconds
        self.settle()
        while (
            not self.over and self.clock.deadline <= min(end, _EVER) and not (until is not None and until())
        ):
            self.clock.now = self.clock.deadline
            self.settle()
        if not self.over and until is None and end < inf:
            self.clock.now = end
            self.settle()

    def stop(self) -> None:
        """Cancel the whole run, and wait for its end, however long its clock says that this takes.

        A run that does not end even then is given up, so that trio can be run again in this thread.
        """
        self._root.cancel()
        with suppress(NotSettled):
            self.advance(inf)
        if not self.over:
            self.clock.broken = True
            self.go(TICKS_MAX)

    def result(self) -> None:
        """Raise what the function raised, if it did."""
        error = getattr(self._outcome, "error", None)
        if error is not None:
            raise error
