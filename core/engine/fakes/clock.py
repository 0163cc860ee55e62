"""Time and ids that come out the same in every run."""

from collections import Counter

import trio


class TrioClock:
    """Wall time that goes with trio's clock, so that a mock clock moves both."""

    def __init__(self, start_us: int = 1_776_100_000_000_000) -> None:
        self._start_us = start_us
        self._zero = trio.current_time()

    def now_us(self) -> int:
        """Return the start plus what trio's clock has moved since this object was made, in microseconds."""
        return self._start_us + round((trio.current_time() - self._zero) * 1_000_000)


class CountedIds:
    """Ids `<kind>-1`, `<kind>-2`, ..., counted per kind."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def new(self, kind: str) -> str:
        """Return the next id of *kind*."""
        self._counts[kind] += 1
        return f"{kind}-{self._counts[kind]}"
