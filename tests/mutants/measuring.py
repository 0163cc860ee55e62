"""What it takes to find a mutant: by each strategy, by trio's own shuffle, and not at all without the mutant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import trio
import trio.testing

from tests.mutants.mutant import Mutant
from turnfold.replay.explore import DelayBounded, Exploration, Failure, Pct, RandomWalk, Strategy, explore
from turnfold.replay.explore.stage import leaves
from turnfold.replay.lab import Race, Violated, code_of

BUDGET: Final = 2_000
"""Schedules within which a mutant has to be found, and that the engine has to survive."""

DELAYS: Final = 2
DEPTHS: Final = (1, 2, 3, 4)

ASSERTED: Final = "assert"
"""Stands for the code of a complaint where the race itself has something to say."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of one mutant. Numbers of schedules count the one that fails; None: not within the budget."""

    mutant: str
    codes: tuple[str, ...]
    """Codes of the complaints about the shrunk schedule, sorted."""
    delays: int
    """Choices of the shrunk schedule that differ from the default."""
    depth: int
    """The smallest d with which PCT finds it within `pct_allowed`."""
    dfs: int | None
    """Until found by all schedules with at most two delays, those with fewer first."""
    pct: int
    """Until found by PCT of that depth."""
    pct_allowed: int
    """The smaller one of the budget and of 1/bound."""
    random: int | None
    """Until found by a random walk."""
    trio: int | None
    """Until found by trio's own shuffle."""
    beyond: int
    """Steps of the shrunk schedule for which a task is held back longer than trio does."""
    token: str
    """Replays the shrunk schedule."""
    words: tuple[str, ...]
    """The choices of the shrunk schedule in words."""
    shipped: int | None = None
    """Until found by PCT of depth 3 in the shipped race, if it names one."""
    shipped_trio: int | None = None
    """Until found there by trio's own shuffle."""
    survived: int
    """Schedules that the engine without the mutant has passed, of the same race and strategies."""

    @property
    def best(self) -> str:
        """The strategy that was the quickest."""
        found = {"dfs": self.dfs, "pct": self.pct, "random": self.random}
        return min(found, key=lambda name: found[name] or BUDGET + 1)

    @property
    def fewest(self) -> int:
        """How many schedules that one took."""
        return min(number for number in (self.dfs, self.pct, self.random) if number is not None)


def strategy(name: str, depth: int) -> Strategy:
    """Return the strategy of a column, with its fixed seed."""
    match name:
        case "dfs":
            return DelayBounded(DELAYS)
        case "pct":
            return Pct(depth)
        case _:
            return RandomWalk()


def found_after(told: Exploration) -> int | None:
    """The number of the schedule that failed."""
    return None if told.failure is None else told.failure.found_after


def codes_of(error: BaseException | None) -> tuple[str, ...]:
    """The codes of what was wrong."""
    errors = [] if error is None else leaves(error)
    complaints = [text for each in errors if isinstance(each, Violated) for text in each.complaints]
    asserted = any(not isinstance(each, Violated) for each in errors)
    return tuple(sorted({*map(code_of, complaints), *([ASSERTED] if asserted else [])}))


def shuffled(race: Race, runs: int) -> int | None:
    """Leave the order to trio so many times. Returns the number of the run that failed."""
    for number in range(1, runs + 1):
        try:
            trio.run(race, clock=trio.testing.MockClock(autojump_threshold=0))
        except (Exception, BaseExceptionGroup):  # noqa: BLE001  whatever it raises, it found the mutant
            return number
    return None


def _depth(mutant: Mutant) -> tuple[int, int, int]:
    for depth in DEPTHS:
        told = explore(
            mutant.race, Pct(depth), budget=20 if depth == 1 else BUDGET, recheck=0, shrinks=0, nearest=0
        )
        assert told.bound is not None
        allowed = min(BUDGET, int(1 / told.bound))
        after = found_after(told)
        if after is not None and after <= allowed:
            return depth, after, allowed
    raise AssertionError(f"PCT does not find {mutant.name}")


def _words(failure: Failure) -> tuple[str, ...]:
    """Each choice other than the default: who goes on where, and instead of whom."""
    told: list[str] = []
    stands: dict[str, str] = {}
    before = ""
    for step in failure.schedule:
        if step.delay:
            default = before if before in step.runnable else step.runnable[0]
            where = stands.get(step.task, "its start")
            told.append(
                f"step {step.number}: `{step.task}` runs from {where}; "
                f"`{default}` is held back at {stands.get(default, 'its start')}"
            )
        before = step.task
        stands[step.task] = "its end" if step.stopped is None else f"`{step.stopped.function}`"
    return tuple(told)


def measure(mutant: Mutant) -> Figures:
    """Measure everything anew."""
    with mutant.applied():
        depth, pct, allowed = _depth(mutant)
        dfs = explore(mutant.race, strategy("dfs", depth), budget=BUDGET, shrinks=0, nearest=0)
        random = explore(mutant.race, strategy("random", depth), budget=BUDGET, shrinks=0, nearest=0)
        names = {"dfs": found_after(dfs), "pct": pct, "random": found_after(random)}
        best = min(names, key=lambda name: names[name] or BUDGET + 1) if dfs.failure is None else "dfs"
        failure = explore(mutant.race, strategy(best, depth), budget=BUDGET, nearest=0).failure
        assert failure is not None
        by_trio = shuffled(mutant.race, BUDGET)
        by_shipped = found_in_shipped(mutant)
        trio_in_shipped = None if mutant.shipped is None else shuffled(mutant.shipped, BUDGET)
    return Figures(
        mutant=mutant.name,
        codes=codes_of(failure.error),
        delays=len(failure.tape.deviations),
        depth=depth,
        dfs=names["dfs"],
        pct=pct,
        pct_allowed=allowed,
        random=names["random"],
        trio=by_trio,
        beyond=failure.beyond_trio,
        token=failure.token,
        words=_words(failure),
        shipped=by_shipped,
        shipped_trio=trio_in_shipped,
        survived=survived(mutant, depth, BUDGET),
    )


def found_in_shipped(mutant: Mutant) -> int | None:
    """Look for an applied mutant in its shipped race."""
    if mutant.shipped is None:
        return None
    return found_after(explore(mutant.shipped, Pct(3), budget=BUDGET, shrinks=0, nearest=0))


def survived(mutant: Mutant, depth: int, budget: int, names: Sequence[str] = ("dfs", "pct", "random")) -> int:
    """Explore the race with the engine as it is. Returns how many schedules passed; one that fails raises."""
    total = 0
    for name in names:
        told = explore(mutant.race, strategy(name, depth), budget=budget, nearest=0)
        assert told.failure is None, f"without {mutant.name}: {told.failure}"
        total += told.runs
    return total


def differences(old: Mapping[str, Figures], new: Mapping[str, Figures]) -> list[str]:
    """What is not as it was measured before. Trio's shuffle has no seed: whether it finds a mutant counts, not when."""
    lines: list[str] = []
    for name, figures in new.items():
        before = old.get(name)
        for field in msgspec.structs.fields(Figures):
            was, is_now = getattr(before, field.name, None), getattr(figures, field.name)
            if field.name == "shipped_trio" and None not in {was, is_now}:
                continue
            if was != is_now:
                lines.append(f"{name}: {field.name} was {was!r}, is {is_now!r}")
    return lines
