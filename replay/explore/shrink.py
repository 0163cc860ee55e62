"""The simplest schedule that still fails in the same way."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence

import attrs

from turnfold.replay.explore.comparing import signature
from turnfold.replay.explore.runs import Cancel, Deviation, Plan, Run
from turnfold.replay.explore.strategies import DelayBounded
from turnfold.replay.explore.tape import Tape

Judge = Callable[[Run], Run]


@attrs.frozen(kw_only=True)
class Shrunk:
    """A small schedule, and what it took to find it."""

    run: Run
    """It was run just so, and failed as the original did."""
    runs: int
    """Schedules that were tried."""
    smallest: bool
    """Whether the search came to its end: no single deviation can be left out, none can be earlier without more
    switches of tasks, and none can be a little later with fewer."""


_LATER = 4
"""By how many choice points a deviation is moved to later ones at most, to get along with fewer switches."""

_FEW = 2
"""Up to how many deviations schedules are tried that have nothing to do with the one that failed."""


class _Budget(Exception):
    pass


class _Shrinking:
    def __init__(self, run: Run, judge: Judge, budget: int) -> None:
        self.best = run
        self.wanted = signature(run)
        self.judge = judge
        self.left = budget
        self.runs = 0
        self._tried: set[tuple[tuple[Deviation, ...], Cancel | None]] = set()

    def fails(self, deviations: Sequence[Deviation], cancel: Cancel | None) -> Generator[Plan, Run, bool]:
        """Try a schedule, once; if it fails in the same way and is simpler, it is the best one so far."""
        choices = tuple(deviations)
        if (choices, cancel) in self._tried:
            return False
        self._tried.add((choices, cancel))
        run = yield from self.tried(Tape(deviations=choices, cancel=cancel).plan())
        return self.better(run)

    def tried(self, plan: Plan) -> Generator[Plan, Run, Run]:
        """Run a schedule, if the budget allows it."""
        if self.left == 0:
            raise _Budget
        self.left -= 1
        self.runs += 1
        return self.judge((yield plan))

    def better(self, run: Run) -> bool:
        """Take a run as the best if it fails in the same way and is simpler."""
        if signature(run) != self.wanted or run.misfits or _size(run) >= _size(self.best):
            return False
        self.best = run
        return True


def _size(run: Run) -> tuple[int, int, int, list[Deviation], int]:
    """Fewest deviations first, then the earliest cancellation, then fewest switches, then the earliest deviations."""
    cancelled_at = 0 if run.cancel is None else run.cancel.step
    return len(run.deviations), cancelled_at, run.switches, list(run.deviations), len(run.order)


def shrink(run: Run, judge: Judge, budget: int = 2_000) -> Generator[Plan, Run, Shrunk]:
    """Look for a simpler schedule that fails as *run* does; a campaign for `perform`.

    First choices are taken back (a half of them, a quarter, ... single ones). Then all schedules with fewer, up to two,
    are tried as far as the budget goes; then choices are moved to earlier choice points, or a little later if that
    saves switches of tasks, until nothing gets simpler.
    """
    state = _Shrinking(run, judge, budget)
    finished = True
    try:
        yield from _fewer(state)
        yield from _fewest(state)
        while True:
            before = _size(state.best)
            yield from _fewer(state)
            yield from _earlier(state)
            if _size(state.best) == before:
                break
    except _Budget:
        finished = False
    return Shrunk(run=state.best, runs=state.runs, smallest=finished)


def _fewer(state: _Shrinking) -> Generator[Plan, Run, None]:
    """Take deviations back, from the end to the beginning."""
    size = max(len(state.best.deviations) // 2, 1)
    if state.best.deviations:
        yield from state.fails((), state.best.cancel)
    while state.best.deviations:
        shorter = False
        end = len(state.best.deviations)
        while end > 0:
            kept = state.best.deviations
            start = max(end - size, 0)
            if (yield from state.fails(kept[:start] + kept[end:], state.best.cancel)):
                shorter = True
                start = min(start, len(state.best.deviations))
            end = start
        if size == 1 and not shorter:
            return
        size = max(size // 2, 1)


def _fewest(state: _Shrinking) -> Generator[Plan, Run, None]:
    """Try schedules with few deviations, the fewest first, with a half of what is left of the budget.

    Taking back choices gets stuck where one makes up for another, since each is relative to a default that depends on
    the choices before it.
    """
    delays = min(len(state.best.deviations) - 1, _FEW)
    if delays < 1:
        return
    strategy = DelayBounded(delays)
    reserve = state.left // 2
    while state.left > reserve and (plan := strategy.begin()) is not None:
        run = yield from state.tried(attrs.evolve(plan, cancel=state.best.cancel))
        strategy.ended(run)
        if state.better(run):
            return


def _earlier(state: _Shrinking) -> Generator[Plan, Run, None]:
    """Move each deviation to the earliest choice point and the lowest candidate that still fails, or a little later."""
    place = 0
    while place < len(state.best.deviations):
        kept = state.best.deviations
        for moved in _moves(kept, place, state.best.counts):
            changed = [*kept[:place], moved, *kept[place + 1 :]]
            if (yield from state.fails(changed, state.best.cancel)):
                break
        place += 1


def _moves(deviations: Sequence[Deviation], place: int, counts: Sequence[int]) -> Iterator[Deviation]:
    at, index = deviations[place]
    first = deviations[place - 1][0] + 1 if place else 0
    end = deviations[place + 1][0] if place + 1 < len(deviations) else len(counts)
    for moved in range(first, min(at + _LATER + 1, end)):
        for other in range(counts[moved]):
            if (moved, other) != (at, index):
                yield moved, other
