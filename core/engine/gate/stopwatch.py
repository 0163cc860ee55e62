"""A timeout that stands still while somebody decides."""

import math
from types import TracebackType
from typing import Self

import trio


class Stopwatch:
    """A cancel scope over the time that a command *uses*: the time of pauses does not count.

    Used as `with Stopwatch(10.0) as watch: ...`; the block is cancelled once the used time reaches the timeout,
    and `timed_out` is True after it. It counts on trio's clock, from the entry to the exit of the block. Whoever
    lets the command wait for a decision calls `pause` and, in a `finally`, `resume` (requirement E3; the stopwatch
    that Codex pauses while an intercepted command is judged).

    Args:
        timeout_s: used seconds after which the block is cancelled; None for no limit.
    """

    def __init__(self, timeout_s: float | None = None) -> None:
        self._timeout_s = math.inf if timeout_s is None else timeout_s
        self._scope = trio.CancelScope()
        self._started_at_s: float | None = None
        self._stopped_at_s: float | None = None
        self._paused_at_s: float | None = None
        self._paused_s = 0.0
        self._pauses = 0

    def __enter__(self) -> Self:
        """Begin to count. A watch is used once."""
        if self._started_at_s is not None:
            raise RuntimeError("a stopwatch is used once; make another one for another command")
        self._started_at_s = trio.current_time()
        if self._pauses:
            self._paused_at_s = self._started_at_s
        self._set_deadline()
        self._scope.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        """Stop counting, and take in the cancellation that the timeout caused."""
        self._stopped_at_s = trio.current_time()
        return self._scope.__exit__(kind, error, traceback)

    def pause(self) -> None:
        """Stop counting. Pauses nest: it counts on when each of them was resumed."""
        self._pauses += 1
        if self._pauses == 1 and self._running:
            self._paused_at_s = trio.current_time()
            self._set_deadline()

    def resume(self) -> None:
        """Take one pause back. Raises RuntimeError when there is none."""
        if not self._pauses:
            raise RuntimeError("the stopwatch is not paused")
        self._pauses -= 1
        if self._pauses == 0 and self._paused_at_s is not None:
            self._paused_s += self._now_s() - self._paused_at_s
            self._paused_at_s = None
            self._set_deadline()

    @property
    def timed_out(self) -> bool:
        """Whether the block was cut short by the timeout."""
        return self._scope.cancelled_caught

    @property
    def paused_ms(self) -> int:
        """Milliseconds that were not counted, those of a pause that still lasts included."""
        return round(self._paused_total_s() * 1000)

    @property
    def used_s(self) -> float:
        """Seconds that were counted; 0.0 before the block."""
        if self._started_at_s is None:
            return 0.0
        return self._now_s() - self._started_at_s - self._paused_total_s()

    @property
    def _running(self) -> bool:
        return self._started_at_s is not None and self._stopped_at_s is None

    def _now_s(self) -> float:
        return trio.current_time() if self._stopped_at_s is None else self._stopped_at_s

    def _paused_total_s(self) -> float:
        open_s = 0.0 if self._paused_at_s is None else self._now_s() - self._paused_at_s
        return self._paused_s + open_s

    def _set_deadline(self) -> None:
        if self._running:
            left_s = self._timeout_s - self.used_s
            self._scope.deadline = math.inf if self._pauses else trio.current_time() + left_s
