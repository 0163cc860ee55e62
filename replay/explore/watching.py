"""Somebody who looks on while schedules are run: for progress, for a report of what was cut off, for coverage."""

from __future__ import annotations

from typing import Protocol

from turnfold.replay.explore.runs import Run


class Watch(Protocol):
    """Is shown each schedule of an exploration that counts, in the order of the strategy.

    `begin` and `look` are called where schedules are run. If that is another process, a copy of the watch is there, so
    it has to be one that can be pickled. `hear` is called in the process that explores, and there only.
    """

    def begin(self) -> None:
        """Be told that a schedule is about to be run. One that is run again, or to shrink another, is not told of."""
        ...

    def look(self, run: Run) -> object:
        """Look at a schedule that was run; return what `hear` is to be told of it, which has to be plain data."""
        ...

    def hear(self, outcome: str, steps: int, told: object) -> None:
        """Hear of a schedule that counts: `Run.outcome`, how many steps it had, and what `look` returned."""
        ...
