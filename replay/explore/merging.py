"""What several workers tell, counted in the order that the whole strategy has."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import attrs

from turnfold.replay.explore.strategy import Rank
from turnfold.replay.explore.tally import Tally
from turnfold.replay.explore.watching import Watch
from turnfold.replay.explore.worker import Batch, Found, Row


@attrs.define
class Told:
    """What one worker has told."""

    rows: deque[Row] = attrs.field(factory=deque[Row])
    """In ascending order; what has been counted is gone."""
    found: dict[Rank, Found] = attrs.field(factory=dict[Rank, Found])
    seen: dict[Rank, object] = attrs.field(factory=dict[Rank, object])
    complete: bool = False
    ended: bool = False

    def take_in(self, batch: Batch) -> None:
        """Add what it has told since."""
        self.rows.extend(batch.rows)
        self.seen.update(batch.seen)
        self.complete = batch.complete
        if batch.found is not None:
            self.found[batch.rows[-1][0]] = batch.found


class Merged:
    """The schedules of all workers, up to the budget or the first failure."""

    def __init__(self, budget: int, *, go_on: bool, watch: Watch | None = None) -> None:
        self._budget = budget
        self._go_on = go_on
        self._watch = watch
        self.tally = Tally()
        self.found_after = 0
        self.found: Found | None = None
        self.over = False
        self.complete = False
        """Once it is over: whether all parts are complete, and nothing was told that is not counted."""

    def take(self, workers: Sequence[Told]) -> None:
        """Count what may be counted: no worker can any more tell of a schedule that comes before."""
        while not self.over and all(worker.rows or worker.ended for worker in workers):
            telling = [worker for worker in workers if worker.rows]
            if telling:
                first = min(telling, key=_rank)
                rank, outcome, steps, tasks, choices = first.rows.popleft()
                self.tally.add(outcome, steps, tasks, choices)
                if self._watch is not None:
                    self._watch.hear(outcome, steps, first.seen.pop(rank, None))
                self._look_at(first.found.get(rank))
            self.over = self.over or not telling or self.tally.runs == self._budget
        self.complete = self.over and all(worker.complete and not worker.rows for worker in workers)

    def _look_at(self, found: Found | None) -> None:
        if found is None:
            return
        if found.difference is not None or self.found is None:
            self.found, self.found_after = found, self.tally.runs
        self.over = found.difference is not None or not self._go_on


def _rank(worker: Told) -> Rank:
    return worker.rows[0][0]
