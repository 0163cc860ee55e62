"""What a source of schedules is, and how several processes share one."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import attrs

from turnfold.replay.explore.runs import Deviation, Plan, Run

Rank: TypeAlias = tuple[int | tuple[Deviation, ...], ...]
"""Where a schedule stands in the order of its strategy: the lower comes first. To be compared, not to be read."""


class Strategy(Protocol):
    """A source of schedules. `begin` and `ended` are called in turn."""

    @property
    def name(self) -> str:
        """What it is called in a report, with its parameters."""
        ...

    def begin(self) -> Plan | None:
        """Return the next schedule to run; none: there is no other."""
        ...

    def ended(self, run: Run) -> None:
        """Learn from the schedule that was begun last."""
        ...

    @property
    def complete(self) -> bool:
        """Whether everything the strategy's name promises has been run."""
        ...

    @property
    def mismatch(self) -> str | None:
        """What did not go as it must if the scenario depends on its schedule alone."""
        ...

    @property
    def bound(self) -> float | None:
        """The probability at least with which one schedule finds a fault of the strategy's depth, if it has one."""
        ...


class Divisible(Strategy, Protocol):
    """A strategy that several processes can share, see `explore_in_workers`.

    All parts together are the whole: each of its schedules belongs to one part and has the rank there that it has in
    the whole. A part may have to run schedules of others too, to learn what its own are.
    """

    @property
    def rank(self) -> Rank | None:
        """The rank of the schedule that was begun last; none: it belongs to another part, and does not count."""
        ...

    def part(self, index: int, of: int) -> Divisible:
        """Return one of so many parts, the first is 0, with nothing run yet; `part(0, 1)` is the whole."""
        ...

    def bound_for(self, tasks: int, choices: int) -> float | None:
        """The bound, if the largest schedule had so many tasks and the longest so many choice points."""
        ...

    def most_of(self, budget: int) -> int:
        """How many of the first *budget* schedules of the whole belong to this part at most; it need not run more."""
        ...


@attrs.frozen(kw_only=True)
class Share:
    """One of several equal parts of what can be counted."""

    index: int = attrs.field(default=0)
    """From 0 on."""
    of: int = attrs.field(default=1)
    """How many parts there are."""

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.index < self.of:
            raise ValueError(f"there is no part {self.index} of {self.of}: parts are numbered from 0 on")

    def has(self, number: int) -> bool:
        """Whether something with a number, from 0 on, belongs to this part."""
        return number % self.of == self.index

    def most_of(self, budget: int) -> int:
        """How many of so many schedules that are dealt out one by one can belong to this part, with two to spare."""
        return budget // self.of + 2


WHOLE = Share()
"""All of it."""


class Plain:
    """What most strategies have in common."""

    complete: bool = False
    bound: float | None = None
    mismatch: str | None = None
    rank: Rank | None = None

    def ended(self, run: Run) -> None:
        """Nothing to learn."""
        del run

    def bound_for(self, tasks: int, choices: int) -> float | None:
        """None is given."""
        del tasks, choices
        return None

    def most_of(self, budget: int) -> int:
        """It is not known before."""
        return budget
