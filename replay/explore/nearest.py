"""The passing schedule that goes along with a failing one for longest."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Final

import attrs

from turnfold.replay.explore.beside import agreement
from turnfold.replay.explore.runs import Cancel, Deviation, Plan, Run
from turnfold.replay.explore.tape import Tape, chooser_of

NEAREST_MAX: Final = 200
"""Schedules that may be run to find it."""

STEPS_MAX: Final = 100_000
"""Steps that all of them may take."""

_OUTCOME: Final = 60
"""Characters of an outcome in a line."""

_Choices = tuple[Deviation, ...]


@attrs.frozen(kw_only=True)
class Nearest:
    """A schedule that passes, and that is the same as a failing one for as long as one was found to be."""

    tape: Tape
    token: str
    """Replays it: `replay(scenario, token)`."""
    outcome: str
    """As `Run.outcome`."""
    parts_at: int
    """The number of the first step that is another one."""
    ran: str | None
    """The task that makes this step in the failing schedule; nothing if that is over by then."""
    ran_instead: str | None
    """The task that makes it in the passing one."""
    last: bool
    """Whether each choice behind the parting was tried the other way, one at a time, each time with the default choices
    from there on and with the failing schedule's own as far as they can be made, and the failure stayed, or became
    another one."""
    tried: int
    """Schedules that were run to find it."""
    parting: tuple[str, ...]
    """The two around the parting, in two columns."""
    beside: tuple[str, ...]
    """The two as a whole, in two columns (`side_by_side`)."""

    def __str__(self) -> str:
        claim = "; no single choice behind it avoids the failure" if self.last else ""
        outcome = self.outcome if len(self.outcome) <= _OUTCOME else f"{self.outcome[: _OUTCOME - 3]}..."
        return (
            f"the nearest schedule that passes ({outcome}) runs {self.ran_instead or 'nothing'} at step "
            f"{self.parts_at}{claim}"
        )


@attrs.frozen(kw_only=True)
class Neighbour:
    """What a search for the nearest passing schedule found."""

    run: Run | None
    """Nothing: none of those that were tried passes."""
    last: bool
    """As `Nearest.last`."""
    tried: int
    """Schedules that were run."""


class _Spent(Exception):
    """The budget is used up."""


class _Searching:
    def __init__(self, failing: Run, judge: Callable[[Run], Run], budget: int) -> None:
        self.failing = failing
        self.best: Run | None = None
        self.tried = 0
        self._judge = judge
        self._budget = budget
        self._steps_left = STEPS_MAX
        self._seen = {(tuple(failing.deviations), failing.cancel)}

    @property
    def left(self) -> int:
        """How many schedules may be run yet."""
        return self._budget - self.tried if self._steps_left > 0 else 0

    def choices(self) -> Generator[Plan, Run, list[int]]:
        """Run the failing schedule once more to learn which candidate was taken at each choice point."""
        taken: list[int] = []
        inner = chooser_of(self.failing.deviations)

        def choose(candidates: list[int], default: int) -> int:
            index = inner(candidates, default)
            taken.append(index)
            return index

        yield from self._run(Plan(choose, cancel=self.failing.cancel))
        return taken

    def passes(self, deviations: _Choices, cancel: Cancel | None) -> Generator[Plan, Run, bool]:
        """Run a schedule unless it was run before; keep it if it is the best one that passes."""
        if (deviations, cancel) in self._seen:
            return False
        self._seen.add((deviations, cancel))
        run = yield from self._run(Tape(deviations=deviations, cancel=cancel).plan())
        if run.failed or (
            run.misfits and run.cancel is not None
        ):  # the cancellation may not have taken place
            return False
        if self.best is None or self._rank(run) > self._rank(self.best):
            self.best = run
        return True

    def _run(self, plan: Plan) -> Generator[Plan, Run, Run]:
        if self.left <= 0:
            raise _Spent
        self.tried += 1
        run = self._judge((yield plan))
        self._steps_left -= len(run.order)
        return run

    def _rank(self, run: Run) -> tuple[int, int, int]:
        return agreement(self.failing, run), -len(run.deviations), -run.switches


def nearest_passing(
    failing: Run, judge: Callable[[Run], Run], budget: int = NEAREST_MAX
) -> Generator[Plan, Run, Neighbour]:
    """Look for the passing schedule that agrees with *failing* for longest; a campaign for `perform`.

    First the neighbours of its tape are run, with at most half of the *budget*: one choice taken back, made otherwise,
    or moved by one choice point; the cancellation left out, or moved. Then each choice of the run, from its end on
    backwards to the place where the best of them parts, is made otherwise, with the default and with the tape's own
    choices behind it. The first that passes is the answer. All of it takes at most *budget* schedules.
    """
    search = _Searching(failing, judge, budget)
    last = False
    try:
        taken = yield from search.choices()
        for deviations, cancel in _neighbours(failing):
            if search.left <= budget // 2:
                break
            yield from search.passes(deviations, cancel)
        yield from _backwards(search, taken)
        last = True
    except _Spent:
        pass
    return Neighbour(run=search.best, last=last and search.best is not None, tried=search.tried)


def _backwards(search: _Searching, taken: Sequence[int]) -> Generator[Plan, Run, None]:
    """Make each choice otherwise, the last one first, until one passes or the best one's own parting is reached."""
    failing = search.failing
    for at in range(len(taken) - 1, _parting_choice(failing, search.best), -1):
        before = tuple(choice for choice in failing.deviations if choice[0] < at)
        behind = tuple(choice for choice in failing.deviations if choice[0] > at)
        passed = False
        for index in range(failing.counts[at]):
            if index == taken[at]:
                continue
            for rest in dict.fromkeys([(), behind]):
                passed |= yield from search.passes((*before, (at, index), *rest), failing.cancel)
        if passed:
            return


def _parting_choice(failing: Run, passing: Run | None) -> int:
    """The choice point at which two runs part; -1 if there is none."""
    if passing is None or passing.cancel != failing.cancel:
        return -1
    return min(set(failing.deviations) ^ set(passing.deviations))[0]


def _neighbours(failing: Run) -> Iterator[tuple[_Choices, Cancel | None]]:
    """The tapes next to that of a run, those that part from it late first."""
    choices, cancel = tuple(failing.deviations), failing.cancel
    if cancel is not None:
        step, depth, task = cancel.step, cancel.depth, cancel.task
        yield choices, None
        for other in (
            Cancel(step + 1, depth, task),
            Cancel(step - 1, depth, task),
            Cancel(step, depth + 1, task),
            Cancel(step, depth - 1, task),
        ):
            if other.step > 0 and other.depth >= 0:
                yield choices, other
    for place in reversed(range(len(choices))):
        at, index = choices[place]
        kept, rest = choices[:place], choices[place + 1 :]
        yield (*kept, *rest), cancel
        for other_index in range(failing.counts[at]):
            if other_index != index:
                yield (*kept, (at, other_index), *rest), cancel
        low = kept[-1][0] if kept else -1
        high = rest[0][0] if rest else len(failing.counts)
        for moved in (at + 1, at - 1):
            if low < moved < high and index < failing.counts[moved]:
                yield (*kept, (moved, index), *rest), cancel
