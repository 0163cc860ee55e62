"""Schedules of trio programs drawn by Hypothesis, so that inputs and schedule shrink together.

    @given(amounts=st.lists(st.integers(1, 100)), schedule=schedules())
    def test_no_update_is_lost(amounts, schedule):
        async def scenario():
            ...
        run_schedule(scenario, schedule)

What is run, and what is refused, is as in `turnfold.replay.explore`.
"""

from __future__ import annotations

import sys
import unittest
from collections.abc import Iterable
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.control import current_build_context
from hypothesis.errors import StopTest, UnsatisfiedAssumption

from turnfold.replay.explore import (
    Campaign,
    Cancel,
    Check,
    Chooser,
    Deviation,
    Limits,
    Plan,
    Run,
    Scenario,
    Tape,
    encode,
    judged,
    leaves,
    name_of,
    only_one,
    perform,
    pictured,
    tape_of,
    user_frames,
)

_NEAR = 8
"""As many choice points and steps from the start are drawn more often than the others: small programs have no more."""

_MARK = "schedule: "
"""Begins the note that is added to an exception."""


class ScheduleFailed(Exception):
    """A schedule did not come to an end: a deadlock, too many steps, a step that hangs, or something refused."""

    def __init__(self, run: Run, token: str) -> None:
        super().__init__(f"{run.kind}: {run.text}")
        self.run = run
        """What was run, with its steps in detail."""
        self.token = token
        """Replays it: `turnfold.replay.explore.replay(scenario, token)`."""


def schedules(
    *, max_delays: int = 3, within: int = 64, cancel: bool = False, patience: int = 200
) -> st.SearchStrategy[Tape]:
    """Draw schedules with at most *max_delays* choices other than the default, among the first *within* choice points.

    A schedule is drawn before anybody knows how many tasks can run at a choice point: give it to `run_schedule`, which
    takes the index of a choice modulo the candidates there. With *cancel* some schedules also cancel a scope: after at
    most *within* steps, any scope around the task that made the last one. *patience* is that of `Limits`.

    Shrinks to fewer delays, none being the default schedule, then to earlier choice points and lower candidates.

    Raises:
        ValueError: *max_delays* is negative, or *within* not positive.
    """
    if max_delays < 0 or within < 1:
        raise ValueError(
            f"a schedule has 0 delays or more and 1 choice point or more, not {max_delays} and {within}"
        )
    deviations = st.lists(st.tuples(_small(0, within - 1), st.integers(0, 3)), max_size=max_delays)
    cancels = st.none() | st.tuples(_small(1, within), st.integers(0, 7)) if cancel else st.none()
    return _tapes(deviations, cancels, patience)


def _small(first: int, last: int) -> st.SearchStrategy[int]:
    near = st.integers(first, min(last, first + _NEAR))
    return near | st.integers(first, last) if last > first + _NEAR else near


@st.composite  # not `builds`: the failing example then shows the tape itself, and not how it was drawn
def _tapes(
    draw: st.DrawFn,
    deviations: st.SearchStrategy[list[Deviation]],
    cancels: st.SearchStrategy[tuple[int, int] | None],
    patience: int,
) -> Tape:
    chosen = tuple(sorted(dict(draw(deviations)).items()))
    cancel = draw(cancels)
    return Tape(deviations=chosen, cancel=None if cancel is None else Cancel(*cancel), patience=patience)


def draw_schedule(*, max_delays: int = 3, cancel: bool = False) -> Tape | None:
    """Draw a schedule inside of a running Hypothesis test; None in an explicit example, where nothing can be drawn.

    For runners of asynchronous tests, which cannot add an argument to `@given`. The failing example shows it as a
    further draw. This is the one place that uses what is semi-private in Hypothesis: the data of the running example.

    Raises:
        hypothesis.errors.InvalidArgument: no Hypothesis test is running.
    """
    data: Any = current_build_context().data
    if getattr(data, "max_choices", getattr(data, "max_length", None)) == 0:  # of older versions: max_length
        return None
    drawn = st.DataObject(data).draw(schedules(max_delays=max_delays, cancel=cancel), label="schedule")
    assert isinstance(drawn, Tape)
    return drawn


def run_schedule(
    scenario: Scenario,
    tape: Tape,
    *,
    check: Check | None = None,
    name: str | None = None,
    limits: Limits | None = None,
) -> Run:
    """Run *scenario*, an async function without parameters, once, under the schedule of *tape*.

    A choice that names a candidate that is not there names one of those that are, so that each drawn tape is a
    schedule; a tape that was made by running the scenario is run as it is. The patience is that of the tape, whatever
    *limits* say. *name* stands in the token; it is `module:function` by default.

    What *scenario* or *check* raises is raised, with a note that has the tasks, the steps and a token of what was run;
    a group of one exception as that exception. What steers a test, such as `pytest.skip()` or `assume(False)`, comes
    without a note. Tracebacks leave out the frames of trio.

    Raises:
        ScheduleFailed: the schedule did not come to an end, or used what no schedule controls.
        RuntimeError: called from inside of a `trio.run`.
    """
    __tracebackhide__ = True
    label = name_of(scenario) if name is None else name
    its_limits = attrs.evolve(Limits() if limits is None else limits, patience=tape.patience)

    def once() -> Campaign[Run]:
        return (yield Plan(_nearest(tape.deviations), cancel=tape.cancel, detail=True))

    run = judged(perform(once(), scenario, label, its_limits), check)
    if run.failed:
        raise _failure(run, encode(_as_run(run, tape.patience), label))
    return run


def _nearest(deviations: Iterable[Deviation]) -> Chooser:
    """A chooser that takes the deviations modulo what there is, and never one for the default."""
    wanted = dict(deviations)
    at = -1

    def choose(candidates: list[int], default: int) -> int:
        nonlocal at
        at += 1
        index = wanted.get(at)
        if index is None:
            return default
        index %= len(candidates)
        return index if index != default else (index + 1) % len(candidates)

    return choose


def _as_run(run: Run, patience: int) -> Tape:
    """The tape of a run, without a cancellation that came to nothing: no chooser of ours misses a candidate."""
    tape = tape_of(run, patience)
    missed = run.cancel is not None and (run.misfits > 0 or run.cancel.step > len(run.order))
    return attrs.evolve(tape, cancel=None) if missed else tape


def _failure(run: Run, token: str) -> BaseException:
    error = run.error
    if run.kind not in {"raised", "check"} or error is None:
        error = ScheduleFailed(run, token)
    else:
        steering = next((leaf for leaf in leaves(error) if isinstance(leaf, _steering())), None)
        if steering is not None:
            return user_frames(steering)
        error = user_frames(only_one(error))
    notes: list[str] = getattr(error, "__notes__", [])
    notes[:] = [
        note for note in notes if not note.startswith(_MARK)
    ]  # an exception may be raised again and again
    error.add_note(_told(run, token))
    return error


def _steering() -> tuple[type[BaseException], ...]:
    """What is raised to tell a test runner something, and is no failure of the schedule."""
    ours = (StopTest, UnsatisfiedAssumption, unittest.SkipTest)
    if "pytest" not in sys.modules:
        return ours
    import pytest

    return (*ours, pytest.skip.Exception, pytest.xfail.Exception, pytest.exit.Exception)


def _told(run: Run, token: str) -> str:
    delays = len(run.deviations)
    tasks = ", ".join(run.name(number) for number in range(len(run.names)))
    lines = [
        f"{_MARK}{len(run.order)} steps, {delays} of its choices differ from the default",
        f"tasks: {tasks}",
        *(f"  {line}" for line in pictured(run)),
        f"replay it with the token {token}",
    ]
    return "\n".join(lines)
