"""Exploring one target, in one process or several; looked on for progress, coverage, and what Ctrl-C cuts off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Final, cast

import attrs

from turnfold.replay.explore import (
    Divisible,
    Exploration,
    Limits,
    NotLoadable,
    Run,
    Tally,
    explore,
    explore_in_workers,
    strategy_of,
)
from turnfold.replay.lab import Coverage, Log, Move, kept_logs, moves_of
from turnfold.tools.exits import Complaint
from turnfold.tools.explore.targets import Target

Progress = Callable[[int, int], None]
"""Is told how many schedules were run, and how many different outcomes there are."""

SEEDED: Final = ("pct:", "random")
"""How the strategies begin that take a seed."""


@attrs.frozen(kw_only=True)
class Wish:
    """How a target is to be explored."""

    strategy: str
    budget: int
    workers: int
    limits: Limits

    def fresh(self) -> Divisible:
        """Return a new strategy, since one is used up by exploring.

        Raises:
            Complaint: there is none of that name.
        """
        try:
            return strategy_of(self.strategy)
        except ValueError as error:
            raise Complaint(str(error)) from None


def seeded(strategy: str, seed: int | None) -> str:
    """Return the name of a strategy with its seed.

    Raises:
        Complaint: it has no place for one.
    """
    if seed is None:
        return "random:0" if strategy == "random" else strategy
    full = strategy.count(":") > (1 if strategy.startswith("pct:") else 0)
    if full or not strategy.startswith(SEEDED):
        raise Complaint(
            f"--seed {seed}: the strategy {strategy} "
            + ("has its seed already" if strategy.startswith(SEEDED) else "draws nothing, and takes no seed")
            + "; seeds go with pct:D and random"
        )
    return f"{strategy}:{seed}"


class Onlooker:
    """A watch: counts what was run, and follows the logs of sessions along the lifecycle tables."""

    def __init__(self, coverage: Coverage | None = None, progress: Progress | None = None) -> None:
        self.coverage = coverage
        self.tally = Tally()
        self._progress = progress
        self._logs: list[Log] = []
        self._keeping = ExitStack()

    def __reduce__(self) -> tuple[type[Onlooker], tuple[Coverage | None]]:
        """In another process, begin with nothing."""
        return type(self), (None if self.coverage is None else Coverage(),)

    def begin(self) -> None:
        """Keep the logs of the sessions that are opened from now on."""
        self.close()
        if self.coverage is not None:
            self._logs = self._keeping.enter_context(kept_logs())

    def look(self, run: Run) -> tuple[Move, ...] | None:
        """Return the edges that were not taken before, in this process."""
        del run
        fresh: tuple[Move, ...] = ()
        if self.coverage is not None:
            for log in self._logs:
                fresh += self.coverage.take(log)
        self.close()
        return fresh or None

    def hear(self, outcome: str, steps: int, told: object) -> None:
        """Count a schedule, and add the edges that were seen in it."""
        self.tally.add(outcome, steps)
        if self.coverage is not None and told is not None:
            self.coverage.taken.update(cast("tuple[Move, ...]", told))
        if self._progress is not None:
            self._progress(self.tally.runs, len(self.tally.outcomes))

    def close(self) -> None:
        """Keep no more logs."""
        self._keeping.close()
        self._logs = []


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in the middle; what was done until then is in `onlooker`."""

    def __init__(self, onlooker: Onlooker) -> None:
        super().__init__(f"interrupted after {onlooker.tally.runs:,} schedules")
        self.onlooker = onlooker


def explored(
    target: Target, wish: Wish, progress: Progress | None = None
) -> tuple[Exploration, Coverage | None]:
    """Explore a target; with the coverage of the lifecycle tables, if it is a race.

    Raises:
        Complaint: the strategy has no such form or is not for a race, or the scenario cannot be loaded by a worker.
        Interrupted: Ctrl-C.
        WorkerFailed: a worker died.
    """
    if target.race is not None and wish.strategy == "cancel":
        raise Complaint(
            f"{target.asked}: `cancel` would reach into scopes of the engine, which nobody outside of it can cancel; "
            "use cancel:outer, which cancels the whole session after each step"
        )
    coverage = None if target.race is None else Coverage(moves_of(target.race))
    onlooker = Onlooker(coverage, progress)
    try:
        return _explored(target, wish, onlooker), coverage
    except KeyboardInterrupt:
        raise Interrupted(onlooker) from None
    except NotLoadable as error:
        raise Complaint(f"{error}. Or leave out --workers") from None
    finally:
        onlooker.close()


def _explored(target: Target, wish: Wish, onlooker: Onlooker) -> Exploration:
    budget, limits, name = wish.budget, wish.limits, target.name
    strategy = wish.fresh()
    if wish.workers == 1:
        return explore(target, strategy, budget=budget, limits=limits, name=name, watch=onlooker)
    return explore_in_workers(
        target, strategy, workers=wish.workers, budget=budget, limits=limits, name=name, watch=onlooker
    )
