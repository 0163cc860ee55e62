"""The simplest schedule that still fails in the same way."""

from __future__ import annotations

from collections.abc import Callable, Container, Generator, Iterator, Sequence
from itertools import groupby

import attrs

from turnfold.replay.explore.comparing import signature
from turnfold.replay.explore.runs import Cancel, Chooser, Deviation, Plan, Run
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


STEPS_MAX = 1_000_000
"""Steps that all schedules may take: an endless one has `Limits.steps_max` of them."""

_LATER = 4
"""By how many choice points a deviation is moved to later ones at most, to get along with fewer switches."""

_FEW = 2
"""Up to how many deviations schedules are tried that have nothing to do with the one that failed."""


class _Budget(Exception):
    pass


class _Shrinking:
    def __init__(self, run: Run, judge: Judge, budget: int) -> None:
        self.best = run
        self.tasks: list[int] | None = None
        """The task that the best run took at each choice point, once that is known."""
        self.wanted = signature(run)
        self.judge = judge
        self.left = budget
        self.runs = self.steps = 0
        self.taken: list[int] = []
        """The task that the run tried last took at each choice point."""
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
        if self.left == 0 or self.steps > STEPS_MAX:
            raise _Budget
        self.left -= 1
        self.runs += 1
        self.taken = []
        run = self.judge((yield attrs.evolve(plan, chooser=_noted(plan.chooser, self.taken))))
        self.steps += len(run.order)
        return run

    def better(self, run: Run) -> bool:
        """Take a run as the best if it fails in the same way and is simpler."""
        if signature(run) != self.wanted or run.misfits or _size(run) >= _size(self.best):
            return False
        self.best, self.tasks = run, self.taken
        return True


def _size(run: Run) -> tuple[int, int, int, list[Deviation], int]:
    """Fewest deviations first, then the earliest cancellation, then fewest switches, then the earliest deviations."""
    cancelled_at = 0 if run.cancel is None else run.cancel.step
    return len(run.deviations), cancelled_at, run.switches, list(run.deviations), len(run.order)


def shrink(run: Run, judge: Judge, budget: int = 2_000) -> Generator[Plan, Run, Shrunk]:
    """Look for a simpler schedule that fails as *run* does; a campaign for `perform`.

    First choices are taken back (a half of them, a quarter, ... single ones), and what a task does in two parts is put
    together. Then all schedules with fewer choices, up to two, are tried as far as a quarter of the budget goes; then
    choices are moved to earlier choice points, or a little later if that saves switches, until nothing gets simpler.
    """
    state = _Shrinking(run, judge, budget)
    finished = True
    try:
        yield from _fewer(state)
        yield from _merged(state)
        yield from _fewest(state)
        while True:
            before = _size(state.best)
            yield from _fewer(state)
            yield from _merged(state)
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


def _merged(state: _Shrinking) -> Generator[Plan, Run, None]:
    """Let a task that is left and comes back later do both parts in a row, at the first place or at the second.

    Where single choices cannot be taken back, since all behind them would mean other tasks, the order of the tasks is
    kept here, as far as they can run.
    """
    if state.tasks is None:
        yield from state.tried(Tape(deviations=tuple(state.best.deviations), cancel=state.best.cancel).plan())
        state.tasks = state.taken
    place = 0
    while place < len(blocks := [list(tasks) for _, tasks in groupby(state.tasks)]):
        for merged in _merges(blocks, place, {at for at, _ in state.best.deviations}):
            run = yield from state.tried(Plan(_following(merged), cancel=state.best.cancel))
            if state.better(run):
                place = max(place - 2, -1)
                break
        place += 1


def _merges(blocks: Sequence[list[int]], place: int, chosen: Container[int]) -> Iterator[list[int]]:
    """The two orders in which a block and the next one of its task are one, if a deviation began it or ended it."""
    start, task = sum(map(len, blocks[:place])), blocks[place][0]
    if start not in chosen and start + len(blocks[place]) not in chosen:
        return
    later = next((at for at in range(place + 1, len(blocks)) if blocks[at][0] == task), None)
    if later is not None:
        between, both = blocks[place + 1 : later], [blocks[place] + blocks[later]]
        for middle in ([*both, *between], [*between, *both]):
            yield [task for block in (*blocks[:place], *middle, *blocks[later + 1 :]) for task in block]


def _following(tasks: Sequence[int]) -> Chooser:
    """A chooser that takes the tasks in this order, and passes over those that cannot run."""
    rest = list(tasks)

    def choose(candidates: list[int], default: int) -> int:
        for place, task in enumerate(rest):
            if task in candidates:
                del rest[place]
                return candidates.index(task)
        return default

    return choose


def _noted(chooser: Chooser, taken: list[int]) -> Chooser:
    """A chooser that chooses as another one does, and notes the tasks."""

    def choose(candidates: list[int], default: int) -> int:
        index = chooser(candidates, default)
        taken.append(candidates[index if 0 <= index < len(candidates) else default])
        return index

    return choose


def _fewest(state: _Shrinking) -> Generator[Plan, Run, None]:
    """Try schedules with few deviations, the fewest first, with a quarter of what is left of the budget.

    The other passes get stuck where one choice makes up for another.
    """
    delays = min(len(state.best.deviations) - 1, _FEW)
    if delays < 1:
        return
    strategy = DelayBounded(delays)
    reserve = state.left * 3 // 4
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
