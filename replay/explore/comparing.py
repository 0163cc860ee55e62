"""Whether two runs of the same choices were the same, and what a failing one needs of the scheduler."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest
from typing import Final

import trio

from turnfold.replay.explore.runs import CHECK, RETURNED, Run
from turnfold.replay.explore.stage import described, leaves

CAUSES: Final = (
    "the scenario depends on more than its schedule: wall time, randomness, the addresses of objects, or state that "
    "outlives a run"
)

Check = Callable[[object], object]
"""Is given what a schedule returned; raises what is wrong with it (`assert` will do)."""


def judged(run: Run, check: Check | None) -> Run:
    """Return the run, turned into a failure if the check does not like its value."""
    if check is None or run.kind != RETURNED:
        return run
    try:
        check(run.value)
    except Exception as error:  # noqa: BLE001  whatever a check raises is its verdict
        run.kind, run.error = CHECK, error
        run.text = f"{described(error)} (returned {run.text})"
    return run


def first_difference(one: Run, other: Run) -> str | None:
    """Say where two runs of the same plan first differ; nothing if they do not."""
    for step, (left, right) in enumerate(zip_longest(one.order, other.order)):
        if left != right:
            return f"step {step}: {_said(one, left)} in the first run, {_said(other, right)} in the second"
    if one.names != other.names:
        return (
            f"the tasks are {', '.join(one.names)} in the first run, {', '.join(other.names)} in the second"
        )
    if one.outcome != other.outcome:
        return (
            f"same steps, but the first run ended with {one.outcome!r} and the second with {other.outcome!r}"
        )
    return None


def _said(run: Run, number: int | None) -> str:
    return "the run is over" if number is None else f"{run.name(number)} runs"


def signature(run: Run) -> tuple[str, ...]:
    """What has to be equal for two failures to be the same one: the kind, and what the exceptions count as.

    An exception counts as its `schedule_signature` if it has such an attribute, else as its type. Give one to an
    exception that is raised for many reasons: while a failure is shrunk, only schedules count that fail alike.
    """
    if run.error is None:
        return (run.kind,)
    parts = [leaf for leaf in leaves(run.error) if not isinstance(leaf, trio.Cancelled)]
    return (run.kind, *sorted(set(map(_counts_as, parts))))


def _counts_as(error: BaseException) -> str:
    return str(getattr(error, "schedule_signature", type(error).__qualname__))


def held_back(run: Run) -> int:
    """How many steps of a run (with details; 0 without) trio's own scheduler would not have made.

    trio runs everything that is runnable, in an order that is not promised, before it runs what became runnable
    meanwhile. A step that is none of the current batch means that a task of the batch was held back.
    """
    batch: set[int] = set()
    beyond = 0
    for number, detail in zip(run.order, run.details, strict=False):
        if not batch:
            batch = set(detail.runnable)
        if number in batch:
            batch.discard(number)
        else:
            beyond += 1
    return beyond
