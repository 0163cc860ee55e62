"""A watch is shown the schedules that count, in the order of the strategy, wherever they are run."""

from __future__ import annotations

import sys

import pytest

from tests.replay.explore.races import lost_update
from tests.source import ROOT
from turnfold.replay.explore import DelayBounded, Run, explore, explore_in_workers


class Noting:
    """Tells the order in which the tasks of a schedule ran, and notes what it hears."""

    def __init__(self) -> None:
        self.begun = 0
        self.heard: list[tuple[str, int, object]] = []

    def begin(self) -> None:
        """Count."""
        self.begun += 1

    def look(self, run: Run) -> object:
        """Tell of every schedule but the first, of which there is nothing to tell."""
        return tuple(run.order) if run.deviations else None

    def hear(self, outcome: str, steps: int, told: object) -> None:
        """Note it."""
        self.heard.append((outcome, steps, told))


def test_each_schedule_that_counts_is_shown_once() -> None:
    """Those that are run again, shrunk or sought next to a failure are not: three were run up to the lost update."""
    watch = Noting()
    found = explore(lost_update, DelayBounded(2), watch=watch)
    assert found.failure is not None
    assert (found.runs, found.runs) == (watch.begun, len(watch.heard))
    assert list(found.outcomes) == list(dict.fromkeys(outcome for outcome, _, _ in watch.heard))
    assert found.steps == sum(steps for _, steps, _ in watch.heard)
    first, *others = (told for _, _, told in watch.heard)
    assert first is None
    assert None not in others


def test_workers_tell_the_same_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was seen in other processes is heard in this one, schedule by schedule, up to where the report ends."""
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    alone, together = Noting(), Noting()
    explore(lost_update, DelayBounded(2), watch=alone)
    explore_in_workers(lost_update, DelayBounded(2), watch=together)
    assert alone.heard == together.heard
    assert 0 == together.begun
