"""Runs a scenario under many schedules, and reports the outcomes and the first failure."""

from __future__ import annotations

import attrs

from turnfold.replay.explore.beside import agreement, parting, side_by_side
from turnfold.replay.explore.comparing import (
    CAUSES,
    Check,
    first_difference,
    held_back,
    judged,
)
from turnfold.replay.explore.nearest import NEAREST_MAX, Nearest, Neighbour, nearest_passing
from turnfold.replay.explore.picture import Step, pictured, steps_of
from turnfold.replay.explore.runs import REFUSED, STALLED, UNSTABLE, Run
from turnfold.replay.explore.scenario import label_of, name_of, refuse_misuse
from turnfold.replay.explore.shrink import shrink
from turnfold.replay.explore.stage import Campaign, Limits, Scenario, perform
from turnfold.replay.explore.strategies import DelayBounded
from turnfold.replay.explore.strategy import Strategy
from turnfold.replay.explore.tally import Tally
from turnfold.replay.explore.tape import Tape, decode, encode, fingerprint, tape_of
from turnfold.replay.explore.watching import Watch

SHRINKS_MAX = 2_000
"""Schedules that shrinking may take."""


@attrs.frozen(kw_only=True)
class Failure:
    """A schedule under which the scenario fails."""

    kind: str
    """As `Run.kind`; also `check`: the check raised, and `unstable`: twice the same choices gave different runs."""
    text: str
    error: BaseException | None
    token: str
    """Replays the schedule: `replay(scenario, token)`."""
    tape: Tape
    steps: tuple[str, ...]
    """The schedule in words: which task ran when."""
    found_after: int
    """The number of the schedule that failed first, from 1 on."""
    found_with: int
    """How many choices of that one were not the default; `tape.deviations` are those of the shrunk one."""
    beyond_trio: int
    """Steps for which a task was held back longer than today's trio would. 0: none; trio alone may come to it."""
    smallest: bool
    """Whether shrinking came to its end."""
    schedule: tuple[Step, ...] = ()
    """The steps as data."""
    nearest: Nearest | None = None
    """The passing schedule that goes along with this one for longest. Nothing if none was found, or none sought."""

    @property
    def delays(self) -> int:
        """How many choices of the shrunk schedule differ from the default.

        So many delays suffice: `DelayBounded(delays)` has this schedule among its own. They are as few as any if that
        strategy found it, for it runs schedules with fewer first. It is a number of this default rule, and no bound of
        the depth d of `Pct`, in neither direction: to run three tasks in the opposite order takes several delays and no
        change of a priority, and the default (who runs goes on, even if a task of higher priority wakes) may itself be
        an order that needs changes of priorities. That a fault has depth d is shown by `Pct(d)` finding it.
        """
        return len(self.tape.deviations)

    def __str__(self) -> str:
        lines = [
            f"{self.kind}: {self.text}",
            f"found in schedule {self.found_after}; shrunk, {_choices(self.delays)} from the default (*)",
            "no step holds a task back longer than trio does today"
            if self.beyond_trio == 0
            else f"{self.beyond_trio} steps need a task to be held back longer than trio does today",
            *(f"  {line}" for line in self.steps),
            *(self._beside() if self.nearest is not None else ()),
            f"replay it with the token {self.token}",
        ]
        return "\n".join(lines)

    def _beside(self) -> list[str]:
        assert self.nearest is not None
        return [
            str(self.nearest),
            *(f"  {line}" for line in self.nearest.parting),
            f"its token is {self.nearest.token}",
        ]


def _choices(count: int) -> str:
    return "1 choice differs" if count == 1 else f"{count} choices differ"


@attrs.frozen(kw_only=True)
class Exploration:
    """What came of exploring a scenario."""

    scenario: str
    strategy: str
    runs: int
    """Schedules that were run, those for shrinking and checking not counted."""
    steps: int
    """Steps of all of them."""
    outcomes: dict[str, int]
    """Outcome → how many schedules had it. The most frequent first."""
    failure: Failure | None
    """The first one found, shrunk."""
    complete: bool
    """Whether the strategy ran everything it promises."""
    bound: float | None
    """The probability with which one schedule finds a fault, if the strategy gives one (see `Pct`)."""
    tasks_max: int
    """Tasks of the largest schedule."""
    choices_max: int
    """Choice points of the longest schedule."""

    def __str__(self) -> str:
        extent = "stopped by the budget" if self.failure is None else "stopped at a failure"
        extent = "complete" if self.complete else extent
        lines = [
            f"{self.scenario}: {self.runs} schedules ({self.strategy}), {extent}",
            f"  {self.steps} steps; at most {self.tasks_max} tasks and {self.choices_max} choice points",
            *(f"  {count:>7} x {outcome}" for outcome, count in self.outcomes.items()),
        ]
        if self.bound is not None:
            lines.append(
                f"  a fault of the depth is found by one schedule with probability >= {self.bound:.3g}"
            )
        return "\n".join(lines if self.failure is None else [*lines, str(self.failure)])


@attrs.frozen(kw_only=True)
class Replayed:
    """What came of replaying a token."""

    run: Run
    exact: bool
    """Whether the tasks ran in the recorded order. If not, the scenario has changed since, or depends on more than its
    schedule."""
    steps: tuple[str, ...]
    """The schedule in words."""
    schedule: tuple[Step, ...] = ()
    """The steps as data."""


def report(
    tally: Tally,
    scenario: str,
    strategy: str,
    failure: Failure | None,
    *,
    complete: bool,
    bound: float | None,
) -> Exploration:
    """Put together what was counted and what was found."""
    return Exploration(
        scenario=scenario,
        strategy=strategy,
        runs=tally.runs,
        steps=tally.steps,
        outcomes=tally.frequent_first,
        failure=failure,
        complete=complete,
        bound=bound,
        tasks_max=tally.tasks_max,
        choices_max=tally.choices_max,
    )


class _Exploring:
    """The campaign of one `explore`."""

    def __init__(
        self, name: str, strategy: Strategy, check: Check | None, limits: Limits, watch: Watch | None
    ) -> None:
        self.name = name
        self.strategy = strategy
        self.check = check
        self.limits = limits
        self.watch = watch
        self.tally = Tally()
        self.found_after = 0

    def campaign(
        self, budget: int, recheck: int, shrinks: int, *, go_on: bool, nearest: int = NEAREST_MAX
    ) -> Campaign[Failure | None]:
        """Run schedules until one fails, the strategy has no more, or the budget is used up."""
        first: Run | None = None
        while self.tally.runs < budget:
            plan = self.strategy.begin()
            if plan is None:
                break
            if self.watch is not None:
                self.watch.begin()
            run = self._judged((yield plan))
            self.strategy.ended(run)
            self._count(run)
            difference = self.strategy.mismatch
            if difference is None and self._is_rerun(run, recheck, first):
                difference = yield from self._again(run)
            if difference is not None:
                return self._unstable(run, run, difference)
            if run.failed and first is None:
                first, self.found_after = run, self.tally.runs
            if first is not None and not go_on:
                break
        return None if first is None else (yield from self._reduced(first, shrinks, nearest))

    def told(self, failure: Failure | None) -> Exploration:
        """Put together what came of it."""
        strategy = self.strategy
        return report(
            self.tally, self.name, strategy.name, failure, complete=strategy.complete, bound=strategy.bound
        )

    def _is_rerun(self, run: Run, recheck: int, first: Run | None) -> bool:
        """Whether a schedule is run twice: the first that fails, and one of so many."""
        return (run.failed and first is None) or (recheck > 0 and (self.tally.runs - 1) % recheck == 0)

    def _judged(self, run: Run) -> Run:
        return judged(run, self.check)

    def _count(self, run: Run) -> None:
        self.tally.add(run.outcome, len(run.order), len(run.names), len(run.counts))
        if self.watch is not None:
            self.watch.hear(run.outcome, len(run.order), self.watch.look(run))

    def _again(self, run: Run) -> Campaign[str | None]:
        """Run a schedule a second time, and say where it went another way."""
        if run.kind in {REFUSED, STALLED}:
            return None
        second = yield tape_of(run, self.limits.patience).plan()
        return first_difference(run, self._judged(second))

    def _reduced(self, run: Run, shrinks: int, nearest: int) -> Campaign[Failure]:
        if run.kind in {REFUSED, STALLED}:
            return self._failure(run, run, run.kind, run.text, smallest=False)
        shrunk = yield from shrink(run, self._judged, shrinks)
        detailed = yield from self._detailed(shrunk.run)
        difference = first_difference(shrunk.run, detailed)
        if difference is not None:
            return self._unstable(run, shrunk.run, difference)
        failure = self._failure(run, detailed, detailed.kind, detailed.text, smallest=shrunk.smallest)
        found = yield from nearest_passing(detailed, self._judged, nearest)
        if found.run is None:
            return failure
        passing = yield from self._detailed(found.run)
        difference = first_difference(found.run, passing)
        if difference is not None:
            return self._unstable(run, detailed, difference)
        return attrs.evolve(failure, nearest=self._nearest(detailed, found, passing))

    def _detailed(self, run: Run) -> Campaign[Run]:
        return self._judged((yield tape_of(run, self.limits.patience).plan(detail=True)))

    def _unstable(self, found: Run, run: Run, difference: str) -> Failure:
        return self._failure(found, run, UNSTABLE, f"{difference}; {CAUSES}", smallest=False)

    def _nearest(self, failing: Run, found: Neighbour, passing: Run) -> Nearest:
        at = agreement(failing, passing)
        tape = tape_of(passing, self.limits.patience)
        return Nearest(
            tape=tape,
            token=encode(tape, self.name),
            outcome=passing.outcome,
            parts_at=at,
            ran=_task_at(failing, at),
            ran_instead=_task_at(passing, at),
            last=found.last,
            tried=found.tried,
            parting=tuple(parting(failing, passing)),
            beside=tuple(side_by_side(failing, passing)),
        )

    def _failure(self, found: Run, run: Run, kind: str, text: str, *, smallest: bool) -> Failure:
        tape = tape_of(run, self.limits.patience)
        return Failure(
            kind=kind,
            text=text,
            error=run.error,
            token=encode(tape, self.name),
            tape=tape,
            steps=tuple(pictured(run)),
            found_after=self.found_after or self.tally.runs,
            found_with=len(found.deviations),
            beyond_trio=held_back(run),
            smallest=smallest,
            schedule=steps_of(run),
        )


def _task_at(run: Run, step: int) -> str | None:
    return run.name(run.order[step]) if step < len(run.order) else None


def explore(
    scenario: Scenario,
    strategy: Strategy | None = None,
    *,
    budget: int = 10_000,
    check: Check | None = None,
    name: str | None = None,
    limits: Limits | None = None,
    recheck: int = 100,
    shrinks: int = SHRINKS_MAX,
    nearest: int = NEAREST_MAX,
    go_on: bool = False,
    watch: Watch | None = None,
) -> Exploration:
    """Run *scenario*, an async function without parameters, under many schedules; stop at the first that fails.

    A schedule fails if the scenario raises, if *check* raises for what it returned, or if it does not end: by deadlock,
    in too many steps, or in one step that never comes to a checkpoint. *budget* is the number of schedules at most.
    The first failing schedule, and one of *recheck* passing ones (0: none), is run twice and compared step by step; a
    failure is then shrunk by at most *shrinks* more schedules, to the simplest one that fails alike: in the same kind,
    by exceptions of the same types, or with the same `schedule_signature` if they have such an attribute. At most
    *nearest* schedules more look for the passing one next to it (0: none). The strategy is `DelayBounded(2)` unless
    given. With *go_on* the others are run as well, so that `outcomes` shows all the ways to fail; the first one is
    reported. *watch* is shown each schedule that counts.

    Raises:
        RuntimeError: called from inside of a `trio.run`.
        ValueError: the budget is not positive, the name holds a `~`, or the strategy was used up before.
        TypeError: the scenario cannot be called without arguments, or the strategy is none.
    """
    label = label_of(scenario, name)
    chosen = DelayBounded() if strategy is None else strategy
    refuse_misuse(scenario, chosen, budget)
    its_limits = Limits() if limits is None else limits
    exploring = _Exploring(label, chosen, check, its_limits, watch)
    campaign = exploring.campaign(budget, recheck, shrinks, go_on=go_on, nearest=nearest)
    failure = perform(campaign, scenario, label, its_limits)
    if exploring.tally.runs == 0:
        raise ValueError(
            f"the strategy ({chosen.name}) has no schedule left: make a new one for each exploration"
        )
    return exploring.told(failure)


def replay(
    scenario: Scenario,
    token: str,
    *,
    check: Check | None = None,
    name: str | None = None,
    limits: Limits | None = None,
) -> Replayed:
    """Run *scenario* once, under the schedule of a token.

    Raises:
        BadToken: the token is damaged, or of another version or scenario.
        RuntimeError: called from inside of a `trio.run`.
    """
    label = name_of(scenario) if name is None else name
    tape = decode(token, label)
    its_limits = attrs.evolve(Limits() if limits is None else limits, patience=tape.patience)

    def once() -> Campaign[Run]:
        return (yield tape.plan(detail=True))

    run = judged(perform(once(), scenario, label, its_limits), check)
    exact = run.misfits == 0 and tape.fingerprint in {None, fingerprint(run)}
    return Replayed(run=run, exact=exact, steps=tuple(pictured(run)), schedule=steps_of(run))
