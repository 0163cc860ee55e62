"""What one schedule is asked to do, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from operator import ne
from typing import TypeAlias

import attrs

from turnfold.replay.explore.places import Place

Chooser: TypeAlias = Callable[[list[int], int], int]
"""Picks the task that runs next, as an index: `chooser(candidates, default)`.

`candidates` are the numbers of the runnable tasks, ascending, two at least. A task gets its number when it is spawned,
from 0 on. `default` is the index that the default rule would take: the task that ran last if it can go on, else the
lowest. It is called once for each choice point of a schedule, in order.
"""

Deviation: TypeAlias = tuple[int, int]
"""A choice other than the default: which choice point of the schedule (from 0 on), and the index chosen there."""


@attrs.frozen
class Cancel:
    """Cancel one scope from outside, between two steps."""

    step: int
    """After how many steps of the scenario's tasks."""
    depth: int
    """Which scope around the task: 0 is the innermost, the highest the scenario."""
    task: int | None = None
    """The task, by number. None: the one that made the last of these steps."""


@attrs.frozen
class Plan:
    """How one schedule is to be run."""

    chooser: Chooser
    cancel: Cancel | None = None
    detail: bool = False
    """Note who could run at each step, and where the task that ran stopped: costs time."""
    scopes: bool = False
    """Note also, with *detail*, all cancel scopes after each step."""


@attrs.frozen
class StepDetail:
    """One step of a schedule that was run with `Plan.detail`."""

    runnable: tuple[int, ...]
    """The tasks that could run, ascending."""
    depth: int
    """Cancel scopes around the task once the step was made, the scenario's own included. 0: the task has ended."""
    place: Place | None = None
    """Where the task stopped; nothing if it ended."""
    woken: int | None = None
    """The step in which the task became runnable: its own if that ended in a checkpoint. Nothing for the first task."""
    cancelled: bool = False
    """Whether the step began with `trio.Cancelled` raised where the task had stood."""
    time_s: float = 0.0
    """Virtual time of the step, in seconds from the beginning of the schedule."""
    choices: int = 0
    """Choice points so far, that of this step included if it is one."""
    scopes: tuple[tuple[int, int, int], ...] = ()
    """Each cancel scope around any task after the step, once: the task, how many scopes are further in, how many are
    further out. Those around the task that ran come first. Only with `Plan.scopes`."""


RETURNED = "returned"
RAISED = "raised"
CANCELLED = "cancelled"
DEADLOCK = "deadlock"
ENDLESS = "endless"
STALLED = "stalled"
REFUSED = "refused"
CHECK = "check"
UNSTABLE = "unstable"

GOOD = frozenset({RETURNED, CANCELLED})
"""The kinds of outcome that are no failure."""


@attrs.define(kw_only=True)
class Run:
    """One schedule of a scenario, as it went."""

    kind: str
    """How it ended, one of: `returned` a value, `raised` an exception, was `cancelled` from outside, `deadlock`,
    `endless`, `stalled` between two checkpoints, `refused` since it used what cannot be explored."""
    text: str
    """The value or the error in words. Addresses of objects are left out."""
    error: BaseException | None = None
    value: object = None
    order: list[int]
    """The number of the task that ran, step by step, up to the deadlock or the last step allowed."""
    names: list[str]
    """The names of the tasks, by number."""
    counts: list[int]
    """How many candidates each choice point had."""
    deviations: list[Deviation]
    """The choices that were not the default."""
    cancel: Cancel | None = None
    details: list[StepDetail] = attrs.field(factory=list[StepDetail])
    misfits: int = 0
    """Choices of a tape that named a candidate that was not there: the tape belongs to another program."""
    leftover: str | None = None
    """What the scenario left behind in trio's run: this run cannot be used for another schedule."""

    @property
    def failed(self) -> bool:
        """Whether the outcome is a failure by itself."""
        return self.kind not in GOOD

    @property
    def switches(self) -> int:
        """How often another task ran than the one before."""
        return sum(map(ne, self.order, self.order[1:]))

    @property
    def outcome(self) -> str:
        """Kind and text in one line: equal for equal outcomes."""
        return self.text if self.kind == RETURNED else f"{self.kind}: {self.text}"

    def name(self, number: int) -> str:
        """The name of a task with its number, e.g. `worker#2`."""
        return f"{self.names[number]}#{number}"
