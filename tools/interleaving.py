"""What the mark `interleave` asks for, and how a test is explored for it: the part of the plugin that needs trio.

Knows nothing of pytest; `pytest_plugin` loads it when a marked test is to run.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from math import inf
from typing import Any, Final, cast

import attrs

from turnfold.replay.explore import (
    Check,
    DelayBounded,
    EveryCancellation,
    Exploration,
    Failure,
    Limits,
    Replayed,
    Scenario,
    Strategy,
    explore,
    leaves,
    only_one,
    replay,
    strategy_of,
    user_frames,
)

BUDGET: Final = 1_000
"""Schedules of a test unless it or the user says otherwise."""

_LIMITS: Final = ("patience", "stall_s", "steps_max")
_KNOWN: Final = ("budget", "cancel", "check", "delays", "strategy", *_LIMITS)
_NOT_REPLAYED: Final = frozenset({"refused", "stalled", "unstable"})
_PARAMETERS: Final = re.compile(r"\[.*\]", re.DOTALL)
_ODD: Final = re.compile(r"[^\w+=-]")


class Misuse(ValueError):
    """A mark, or a test under it, that cannot be run; the message says what to do."""


@attrs.frozen(kw_only=True)
class Wish:
    """How a test is to be explored."""

    strategy: object = None
    """A name, a strategy, or what makes one; nothing: by delays."""
    delays: int | None = None
    budget: int = BUDGET
    check: Check | None = None
    cancel: bool = False
    limits: Limits = attrs.field(factory=Limits)
    explores: bool = True
    """Whether it names a strategy or a budget: then each example of a Hypothesis test is explored."""

    def strategies(self) -> Iterator[Strategy]:
        """Make what is to be run: new ones, since a strategy is used up by exploring."""
        yield (
            DelayBounded(2 if self.delays is None else self.delays)
            if self.strategy is None
            else _made(self.strategy)
        )
        if self.cancel:
            yield EveryCancellation()


@attrs.frozen(kw_only=True)
class Told:
    """What came of a test under its schedules."""

    line: str
    """In one line: schedules, strategy, extent."""
    text: str = ""
    """The report of a failure, or of a replay."""
    error: BaseException | None = None
    """What the test is to raise."""
    complaint: str = ""
    """What the test fails with if it raised nothing, e.g. a deadlock."""


class Steered(BaseException):
    """Leaves an exploration, since the test told its runner something: to skip it, to stop."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


@attrs.frozen(kw_only=True)
class Stand:
    """A test that is to be run: its name in tokens, the wish, and what its runner wants to hear of."""

    label: str
    wish: Wish
    steering: tuple[type[BaseException], ...] = ()
    """Exceptions that are for the runner, and no failure of a schedule."""
    before: Callable[[], None] | None = None
    """Called before each schedule."""

    def played(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the runner's wishes around it."""
        return partial(_play, self, scenario)

    def judge(self, value: object) -> None:
        """Judge what a schedule returned.

        Raises:
            Steered: it was an exception for the runner.
        """
        if isinstance(value, Steered):
            raise value
        if self.wish.check is not None:
            self.wish.check(value)


async def _play(stand: Stand, scenario: Scenario) -> object:
    if stand.before is not None:
        stand.before()
    try:
        return await scenario()
    except BaseException as error:
        for leaf in leaves(error):
            if isinstance(leaf, stand.steering):
                return Steered(user_frames(leaf, __name__))
        raise


def label_of(nodeid: str) -> str:
    """Return the name of a test in tokens: its node id, the odd characters of its parameters as `-`."""
    return _PARAMETERS.sub(_plain, nodeid).replace("~", "-")


def _plain(found: re.Match[str]) -> str:
    return f"[{_ODD.sub('-', found[0][1:-1])}]"


def wish_of(
    args: Sequence[object],
    named: Mapping[str, Any],
    *,
    strategy: str | None = None,
    budget: int | None = None,
    usual_budget: int = BUDGET,
    patient: bool = False,
) -> Wish:
    """Read the arguments of a mark; *strategy* and *budget* of the command line go before them.

    *patient*: somebody is debugging, so that a step may last.

    Raises:
        Misuse: an argument is unknown or makes no sense.
    """
    unknown = sorted(set(named) - set(_KNOWN))
    if unknown or len(args) > 1 or (args and "strategy" in named):
        what = unknown[0] if unknown else "a second strategy"
        raise Misuse(f"interleave does not know {what}; it takes {', '.join(_KNOWN)}")
    given: dict[str, Any] = {**dict(zip(("strategy",), args, strict=False)), **named}
    if given.get("strategy") is not None and given.get("delays") is not None:
        raise Misuse("interleave takes either a strategy or delays, which is short for the strategy dfs")
    try:
        limits = Limits(**{name: given[name] for name in _LIMITS if name in given})
    except ValueError as error:
        raise Misuse(f"interleave: {error}") from None
    wish = Wish(
        strategy=given.get("strategy") if strategy is None else strategy,
        delays=given.get("delays"),
        budget=given.get("budget", usual_budget) if budget is None else budget,
        check=given.get("check"),
        cancel=bool(given.get("cancel")),
        limits=attrs.evolve(limits, stall_s=inf) if patient else limits,
        explores=strategy is not None or bool({"strategy", "budget"} & set(given)),
    )
    _inspect(wish)
    return wish


def _inspect(wish: Wish) -> None:
    if not _is_count(wish.budget, 1):
        raise Misuse(f"interleave needs a budget of at least 1 schedule, not {wish.budget!r}")
    if wish.delays is not None and not _is_count(wish.delays, 0):
        raise Misuse(
            f"interleave needs 0 delays or more, not {wish.delays!r}; all schedules are strategy='dfs:all'"
        )
    if wish.check is not None and not callable(wish.check):
        raise Misuse(
            f"interleave needs a check to be a function of what the test returns, not {wish.check!r}"
        )
    list(wish.strategies())


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and value >= least


def _made(strategy: Any) -> Strategy:
    if isinstance(strategy, str):
        try:
            return strategy_of(strategy)
        except ValueError as error:
            raise Misuse(f"interleave: {error}") from error
    made: Any = strategy
    if hasattr(strategy, "begin") and not isinstance(strategy, type):
        made = deepcopy(strategy)
    elif callable(strategy):
        made = strategy()
    if not hasattr(made, "begin"):
        raise Misuse(f"interleave needs a strategy, its name, or what makes one, not {strategy!r}")
    return cast(Strategy, made)


def explored(stand: Stand, scenario: Scenario, *, shrinks: int = 2_000) -> Told:
    """Explore a test with each strategy of its wish, until one finds a failure.

    Raises:
        Steered: a schedule told the runner something.
    """
    lines: list[str] = []
    wish = stand.wish
    for strategy in wish.strategies():
        found = explore(
            stand.played(scenario),
            strategy,
            budget=wish.budget,
            check=stand.judge,
            name=stand.label,
            limits=wish.limits,
            shrinks=shrinks,
        )
        lines.append(str(found).partition("\n")[0].removeprefix(f"{stand.label}: "))
        if found.failure is not None:
            return _failed(stand, scenario, found, found.failure, _line(stand, lines))
    return Told(line=_line(stand, lines))


def _line(stand: Stand, lines: list[str]) -> str:
    return f"{stand.label}: {'; '.join(lines)}"


def _failed(stand: Stand, scenario: Scenario, found: Exploration, failure: Failure, line: str) -> Told:
    """Run the failing schedule once more, so that what it printed is the last that was printed."""
    lines = [str(found)]
    error = failure.error
    if failure.kind not in _NOT_REPLAYED:
        run = _replay(stand, scenario, failure.token).run
        lines.append("tasks: " + ", ".join(run.name(number) for number in range(len(run.names))))
        if run.failed:
            error = run.error
        else:
            lines.append("run once more it passed: the test depends on more than its schedule")
    lines += [
        f"tape: {_tape(failure)}",
        f"replay it with: pytest {shlex.quote(f'--interleave-replay={failure.token}')}",
    ]
    return _told(failure.kind, failure.text, error, line, "\n".join(lines))


def _tape(failure: Failure) -> str:
    parts = [f"choice point {at}: candidate {index}" for at, index in failure.tape.deviations]
    cancel = failure.tape.cancel
    if cancel is not None:
        parts.append(
            f"after {cancel.step} steps cancel scope {cancel.depth} around the task (0 is the innermost)"
        )
    return "; ".join(parts) or "the default schedule"


def _told(kind: str, text: str, error: BaseException | None, line: str, report: str) -> Told:
    if kind in {"raised", "check"} and error is not None:
        return Told(line=line, text=report, error=user_frames(only_one(error), __name__))
    return Told(line=line, text=report, complaint=f"{kind}: {text}")


def _replay(stand: Stand, scenario: Scenario, token: str) -> Replayed:
    return replay(
        stand.played(scenario), token, check=stand.judge, name=stand.label, limits=stand.wish.limits
    )


def replayed(stand: Stand, scenario: Scenario, token: str) -> Told:
    """Run a test once, under the schedule of a token, in detail.

    Raises:
        Steered: the schedule told the runner something.
        turnfold.replay.explore.BadToken: it is damaged, or of another test.
    """
    again = _replay(stand, scenario, token)
    run = again.run
    went = "exactly as recorded" if again.exact else "not as recorded: the test has changed since"
    line = f"{stand.label}: {run.outcome.partition(chr(10))[0]}, {went}"
    report = "\n".join(
        [
            f"{stand.label}: one schedule, replayed {went}",
            "tasks: " + ", ".join(run.name(number) for number in range(len(run.names))),
            *(f"  {step}" for step in again.steps),
        ]
    )
    if run.failed:
        return _told(run.kind, run.text, run.error, line, report)
    return Told(line=line, text=report)
