"""Which schedules are tried, in which order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from random import Random
from typing import Self

import attrs

from turnfold.replay.explore.runs import Deviation, Plan, Run
from turnfold.replay.explore.strategy import WHOLE, Plain, Share
from turnfold.replay.explore.tape import Tape, chooser_of

_SEED_STEP = 1_000_003
"""Between the seeds of two schedules, so that neighbouring seeds of a strategy share none."""

_SURVEYS = 16
"""So many rounds of PCT measure k, and after them each whose number is a power of two."""


@attrs.frozen
class _Node:
    """A schedule that was run, whose choice points have alternatives to try."""

    deviations: tuple[Deviation, ...]
    counts: Sequence[int]
    defaults: Sequence[int]
    """By choice point: the index that was the default."""


def _compact(numbers: Sequence[int]) -> Sequence[int]:
    """The same numbers as bytes if they are small: many schedules wait for their alternatives to be tried."""
    return bytes(numbers) if max(numbers, default=0) < 256 else tuple(numbers)


_SHALLOW = 2
"""Up to this limit of delays parts are dealt out by the first one."""


class DelayBounded(Plain):
    """Every schedule with at most *delays* choices other than the default; without a limit, every schedule.

    Those with fewer delays come first, so that the first failure found has as few as any. A schedule is run once. After
    Emmi, Qadeer and Rakamaric, "Delay-bounded scheduling" (2011); a delay here may pick any other task.

    Its parts are dealt out by the first delay, and by the first two where there can be more than two: each part has the
    schedules that go on from there. Schedules with fewer delays belong to part 0; the others run them too.
    """

    def __init__(self, delays: int | None = 2, *, share: Share = WHOLE) -> None:
        if delays is not None and delays < 0:
            raise ValueError(f"a schedule has 0 delays or more, not {delays}")
        self._delays = delays
        self._share = share
        self._dealt = 1 if delays is not None and delays <= _SHALLOW else 2
        self._dealt_out = 0
        self._nodes: deque[_Node] = deque()
        self._cursor = (0, 0)
        self._current: tuple[Deviation, ...] | None = ()
        self._expected: Sequence[int] = b""
        self._defaults: list[int] = []
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

    def part(self, index: int, of: int) -> Self:
        """Return one of so many parts."""
        return type(self)(self._delays, share=Share(index=index, of=of))

    def begin(self) -> Plan | None:
        """Return the next schedule, those with the fewest delays first."""
        if self._current is None:
            return None
        ours = len(self._current) >= self._dealt or self._share.index == 0
        self.rank = (len(self._current), self._current) if ours else None
        self._defaults = []
        inner = chooser_of(self._current)
        defaults = self._defaults

        def choose(candidates: list[int], default: int) -> int:
            defaults.append(default)
            return inner(candidates, default)

        return Plan(choose)

    def ended(self, run: Run) -> None:
        """Note the alternatives of the schedule, and move on."""
        assert self._current is not None
        if run.counts[: len(self._expected)] != list(self._expected):
            self.mismatch = (
                "the same choices led to other candidates: the scenario depends on more than its schedule "
                "(wall time, randomness, object addresses, state that outlives a run)"
            )
        node = _Node(self._current, _compact(run.counts), _compact(self._defaults))
        if self._delays is None or len(self._current) < self._delays:
            self._nodes.append(node)
        elif len(node.counts) > self._first(node):
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
                if index >= node.counts[at]:
                    at, index = at + 1, 0
                elif self._passes(node):
                    index += 1
                else:
                    self._current = (*node.deviations, (at, index))
                    self._expected = node.counts[: at + 1]
                    self._cursor = (at, index + 1)
                    return
            self._nodes.popleft()
            at = index = 0
        self._current = None
        self.complete = True

    def _passes(self, node: _Node) -> bool:
        """Whether the next alternative of a schedule is where parts are dealt out, and is dealt to another part."""
        if len(node.deviations) + 1 != self._dealt:
            return False
        self._dealt_out += 1
        return not self._share.has(self._dealt_out - 1)


class RandomWalk(Plain):
    """At each choice point any candidate, equally likely. The same seed gives the same schedules."""

    def __init__(self, seed: int = 0, *, share: Share = WHOLE) -> None:
        self._seed = seed
        self._share = share
        self._round = share.index

    @property
    def name(self) -> str:
        """E.g. `random walk, seed 0`."""
        return f"random walk, seed {self._seed}"

    def part(self, index: int, of: int) -> Self:
        """Return one of so many parts: each so-manieth schedule."""
        return type(self)(self._seed, share=Share(index=index, of=of))

    def most_of(self, budget: int) -> int:
        """An equal share."""
        return self._share.most_of(budget)

    def begin(self) -> Plan | None:
        """Return the next random schedule."""
        draw = Random(self._seed * _SEED_STEP + self._round).random
        self.rank = (self._round,)
        self._round += self._share.of

        def choose(candidates: list[int], default: int) -> int:
            del default
            return int(draw() * len(candidates))

        return Plan(choose)


class Pct(Plain):
    """Probabilistic concurrency testing: the candidate of the highest random priority, lowered at random points.

    A fault of depth *d* (*d* orderings have to hold for it to show) is found by one schedule with a probability of at
    least `1 / (n * k ** (d - 1))`, for n tasks and k choice points (Burckhardt, Kothari, Musuvathi, Nagarakatte, "A
    randomized scheduler with probabilistic guarantees of finding bugs", 2010). n and k are measured: the first schedule
    is there to learn them, and later ones may raise them. The places of the lowerings are drawn from the k of the first
    16 schedules and of those whose number is a power of two. All parts run these, and so draw what the whole would.
    """

    def __init__(self, depth: int = 2, seed: int = 0, *, share: Share = WHOLE) -> None:
        if depth < 1:
            raise ValueError(f"the depth of a fault is 1 at least, not {depth}")
        self.depth = depth
        self._seed = seed
        self._share = share
        self._round = 0
        self._surveyed = 1
        self.tasks = 1
        """n: tasks of the largest schedule so far."""
        self.choices = 1
        """k: choice points of the longest schedule so far."""

    @property
    def name(self) -> str:
        """E.g. `pct, depth 2, seed 0`."""
        return f"pct, depth {self.depth}, seed {self._seed}"

    def part(self, index: int, of: int) -> Self:
        """Return one of so many parts: each so-manieth schedule."""
        return type(self)(self.depth, self._seed, share=Share(index=index, of=of))

    def most_of(self, budget: int) -> int:
        """An equal share."""
        return self._share.most_of(budget)

    def begin(self) -> Plan | None:
        """Return the next schedule; the first one is the default."""
        self._round += 1
        while not (self._share.has(self._round - 1) or self._surveys):
            self._round += 1
        self.rank = (self._round,) if self._share.has(self._round - 1) else None
        if self._round == 1:
            return Plan(chooser_of(()))
        random = Random(self._seed * _SEED_STEP + self._round)
        return Plan(_prioritised(random, self.depth, self._surveyed))

    @property
    def _surveys(self) -> bool:
        """Whether all parts run this round."""
        return self._round <= _SURVEYS or self._round.bit_count() == 1

    def ended(self, run: Run) -> None:
        """Measure n and k."""
        self.tasks = max(self.tasks, len(run.names))
        self.choices = max(self.choices, len(run.counts))
        if self._surveys:
            self._surveyed = max(self._surveyed, len(run.counts))
        self.bound = self.bound_for(self.tasks, self.choices)

    def bound_for(self, tasks: int, choices: int) -> float:
        """`1 / (n * k ** (d - 1))`."""
        exponent: int = self.depth - 1
        try:
            return 1 / (max(tasks, 1) * float(max(choices, 1)) ** exponent)
        except OverflowError:  # less than any number that could be told
            return 0.0


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


class RoundRobin(Plain):
    """One schedule: each task makes a step in its turn, in the order of their numbers. It is a part by itself."""

    name = "round robin"

    def __init__(self, *, share: Share = WHOLE) -> None:
        self.complete = share.index > 0

    def part(self, index: int, of: int) -> Self:
        """Return the whole as part 0, else nothing."""
        return type(self)(share=Share(index=index, of=of))

    def begin(self) -> Plan | None:
        """Return the schedule once."""
        if self.complete:
            return None
        self.complete = True
        self.rank = (0,)
        last = -1

        def choose(candidates: list[int], default: int) -> int:
            nonlocal last
            del default
            index = next((place for place, number in enumerate(candidates) if number > last), 0)
            last = candidates[index]
            return index

        return Plan(choose)


class Replay(Plain):
    """One schedule, or the same one several *times*: that of a tape. Parts divide the times."""

    def __init__(self, tape: Tape, times: int = 1, *, share: Share = WHOLE) -> None:
        self.tape = tape
        self._times = times
        self._share = share
        self._next = share.index
        self.complete = self._next >= times

    name = "replay"

    def part(self, index: int, of: int) -> Self:
        """Return one of so many parts: each so-manieth time."""
        return type(self)(self.tape, self._times, share=Share(index=index, of=of))

    def begin(self) -> Plan | None:
        """Return the schedule of the tape."""
        if self.complete:
            return None
        self.rank = (self._next,)
        self._next += self._share.of
        return self.tape.plan()

    def ended(self, run: Run) -> None:
        """Note whether it was the last time."""
        del run
        self.complete = self._next >= self._times
