"""Which schedules are tried, in which order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random
from typing import Protocol

import attrs

from turnfold.replay.explore.runs import Deviation, Plan, Run
from turnfold.replay.explore.tape import Tape, chooser_of

_SEED_STEP = 1_000_003
"""Between the seeds of two schedules, so that neighbouring seeds of a strategy share none."""


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


class _Plain:
    """What most strategies have in common."""

    complete: bool = False
    bound: float | None = None
    mismatch: str | None = None

    def ended(self, run: Run) -> None:
        """Nothing to learn."""
        del run


@attrs.frozen
class _Node:
    """A schedule that was run, whose choice points have alternatives to try."""

    deviations: tuple[Deviation, ...]
    counts: bytes
    defaults: bytes
    """By choice point: the index that was the default."""


class DelayBounded:
    """Every schedule with at most *delays* choices other than the default; without a limit, every schedule.

    Those with fewer delays come first, so that the first failure found has as few as any. A schedule is run once. After
    Emmi, Qadeer and Rakamaric, "Delay-bounded scheduling" (2011); a delay here may pick any other task.
    """

    bound: float | None = None

    def __init__(self, delays: int | None = 2) -> None:
        self._delays = delays
        self._nodes: deque[_Node] = deque()
        self._cursor = (0, 0)
        self._current: tuple[Deviation, ...] | None = ()
        self._expected = b""
        self._defaults = bytearray()
        self._cut = False
        self.complete = False
        self.mismatch: str | None = None
        """Set when a schedule did not go as the one it was made from: the scenario is not deterministic."""

    @property
    def name(self) -> str:
        """E.g. `dfs, at most 2 delays`."""
        return "dfs, all schedules" if self._delays is None else f"dfs, at most {self._delays} delays"

    @property
    def whole(self) -> bool:
        """Whether it is complete and no schedule was left out because of the limit."""
        return self.complete and not self._cut

    def begin(self) -> Plan | None:
        """Return the next schedule, those with the fewest delays first."""
        if self._current is None:
            return None
        self._defaults = bytearray()
        inner = chooser_of(self._current)
        defaults = self._defaults

        def choose(candidates: list[int], default: int) -> int:
            defaults.append(min(default, 255))
            return inner(candidates, default)

        return Plan(choose)

    def ended(self, run: Run) -> None:
        """Note the alternatives of the schedule, and move on."""
        assert self._current is not None
        counts = bytes(min(count, 255) for count in run.counts)
        if not counts.startswith(self._expected):
            self.mismatch = (
                "the same choices led to other candidates: the scenario depends on more than its schedule "
                "(wall time, randomness, object addresses, state that outlives a run)"
            )
        node = _Node(self._current, counts, bytes(self._defaults))
        if self._delays is None or len(self._current) < self._delays:
            self._nodes.append(node)
        elif len(counts) > self._first(node):
            self._cut = True
        self._advance()

    @staticmethod
    def _first(node: _Node) -> int:
        return node.deviations[-1][0] + 1 if node.deviations else 0

    def _advance(self) -> None:
        at, index = self._cursor
        while self._nodes:
            node = self._nodes[0]
            at = max(at, self._first(node))
            while at < len(node.counts):
                if index == node.defaults[at]:
                    index += 1
                if index < node.counts[at]:
                    self._current = (*node.deviations, (at, index))
                    self._expected = node.counts[: at + 1]
                    self._cursor = (at, index + 1)
                    return
                at, index = at + 1, 0
            self._nodes.popleft()
            at = index = 0
        self._current = None
        self.complete = True


class RandomWalk(_Plain):
    """At each choice point any candidate, equally likely. The same seed gives the same schedules."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._round = 0

    @property
    def name(self) -> str:
        """E.g. `random walk, seed 0`."""
        return f"random walk, seed {self._seed}"

    def begin(self) -> Plan | None:
        """Return the next random schedule."""
        draw = Random(self._seed * _SEED_STEP + self._round).random
        self._round += 1

        def choose(candidates: list[int], default: int) -> int:
            del default
            return int(draw() * len(candidates))

        return Plan(choose)


class Pct(_Plain):
    """Probabilistic concurrency testing: the candidate of the highest random priority, lowered at random points.

    A fault of depth *d* (*d* orderings have to hold for it to show) is found by one schedule with a probability of at
    least `1 / (n * k ** (d - 1))`, for n tasks and k choice points (Burckhardt, Kothari, Musuvathi, Nagarakatte, "A
    randomized scheduler with probabilistic guarantees of finding bugs", 2010). n and k are measured: the first schedule
    is there to learn them, and later ones may raise them.
    """

    def __init__(self, depth: int = 2, seed: int = 0) -> None:
        if depth < 1:
            raise ValueError(f"the depth of a fault is 1 at least, not {depth}")
        self.depth = depth
        self._seed = seed
        self._round = 0
        self.tasks = 1
        """n: tasks of the largest schedule so far."""
        self.choices = 1
        """k: choice points of the longest schedule so far."""

    @property
    def name(self) -> str:
        """E.g. `pct, depth 2, seed 0`."""
        return f"pct, depth {self.depth}, seed {self._seed}"

    def begin(self) -> Plan | None:
        """Return the next schedule; the first one is the default."""
        self._round += 1
        if self._round == 1:
            return Plan(chooser_of(()))
        random = Random(self._seed * _SEED_STEP + self._round)
        return Plan(_prioritised(random, self.depth, self.choices))

    def ended(self, run: Run) -> None:
        """Measure n and k."""
        self.tasks = max(self.tasks, len(run.names))
        self.choices = max(self.choices, len(run.counts))
        exponent: int = self.depth - 1
        self.bound = 1 / (self.tasks * float(self.choices) ** exponent)


def _prioritised(random: Random, depth: int, choices: int) -> Callable[[list[int], int], int]:
    priorities: dict[int, float] = {}
    points = random.sample(range(choices), min(depth - 1, choices))
    drops = {point: -place for place, point in enumerate(points, 1)}
    at = -1

    def priority(number: int) -> float:
        found = priorities.get(number)
        if found is None:
            found = priorities[number] = random.random()
        return found

    def choose(candidates: list[int], default: int) -> int:
        nonlocal at
        del default
        at += 1
        best = max(candidates, key=priority)
        if at in drops:
            priorities[best] = drops[at]
            best = max(candidates, key=priority)
        return candidates.index(best)

    return choose


class RoundRobin(_Plain):
    """One schedule: each task makes a step in its turn, in the order of their numbers."""

    name = "round robin"

    def begin(self) -> Plan | None:
        """Return the schedule once."""
        if self.complete:
            return None
        self.complete = True
        last = -1

        def choose(candidates: list[int], default: int) -> int:
            nonlocal last
            del default
            index = next((place for place, number in enumerate(candidates) if number > last), 0)
            last = candidates[index]
            return index

        return Plan(choose)


class Replay(_Plain):
    """One schedule, or the same one several *times*: that of a tape."""

    def __init__(self, tape: Tape, times: int = 1) -> None:
        self.tape = tape
        self._left = times

    name = "replay"

    def begin(self) -> Plan | None:
        """Return the schedule of the tape."""
        if self._left == 0:
            self.complete = True
            return None
        self._left -= 1
        return self.tape.plan()
