"""What several workers tell, counted in the order that the whole strategy has."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import attrs

from turnfold.replay.explore.strategy import Rank
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
        self.runs = self.steps = self.tasks_max = self.choices_max = self.found_after = 0
        self.outcomes: dict[str, int] = {}
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
                row = first.rows.popleft()
                self._count(row)
                if self._watch is not None:
                    self._watch.hear(row[1], row[2], first.seen.pop(row[0], None))
                self._look_at(first.found.get(row[0]))
            self.over = self.over or not telling or self.runs == self._budget
        self.complete = self.over and all(worker.complete and not worker.rows for worker in workers)

    def _count(self, row: Row) -> None:
        _, outcome, steps, tasks, choices = row
        self.runs += 1
        self.steps += steps
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self.tasks_max = max(self.tasks_max, tasks)
        self.choices_max = max(self.choices_max, choices)

    def _look_at(self, found: Found | None) -> None:
        if found is None:
            return
        if found.difference is not None or self.found is None:
            self.found, self.found_after = found, self.runs
        self.over = found.difference is not None or not self._go_on


def _rank(worker: Told) -> Rank:
    return worker.rows[0][0]
