"""Cancellation everywhere: each scope around each task, cancelled after each step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

import attrs

from turnfold.replay.explore.runs import Cancel, Plan, Run
from turnfold.replay.explore.strategy import WHOLE, Plain, Share
from turnfold.replay.explore.tape import Tape


class EveryCancellation(Plain):
    """For each step of one schedule and each cancel scope that is open then: a run that cancels it then.

    The schedule is the default one, or that of *tape*. It is run once as it is, to count. A scope is cancelled between
    two steps, so that the cancellation meets each task in it where it now waits. Scopes are those around any task: its
    own, those of the nurseries it runs in, and at last the whole scenario; with *outermost*, only so many of them from
    the outside. 1 is the whole scenario, as if its caller cancelled it; more may reach into scopes that nobody but a
    library inside of it could cancel. Tasks below a system task that the scenario spawned are in none of its scopes.

    With *waiting* false, only scopes around the task that made the step. With *tasks*, only scopes around tasks whose
    name satisfies it, without the number: `caller` for `caller#2`. So the callers of a library can be cancelled, and
    not what it runs inside of itself.

    Runs whose scenario ends by that are `cancelled`, which is no failure. To raise something else, to deadlock or to go
    on for ever is one.

    Parts deal the cancellations out; the run that counts them belongs to part 0, and the others make it too.
    """

    name = "every cancellation"

    def __init__(
        self,
        tape: Tape | None = None,
        *,
        outermost: int | None = None,
        tasks: Callable[[str], bool] | None = None,
        waiting: bool = True,
        share: Share = WHOLE,
    ) -> None:
        if outermost is not None and outermost < 1:
            raise ValueError(f"at least the outermost scope has to be cancelled, not {outermost}")
        self._outermost = outermost
        self._tasks = tasks
        self._waiting = waiting
        self._tape = Tape() if tape is None else tape
        self._share = share
        self._cancels: Sequence[Cancel] | None = None
        self._next = share.index
        self.points = 0
        """How many cancellations there are, over all parts: steps times scopes, once the schedule has been counted."""

    def part(self, index: int, of: int) -> Self:
        """Return one of so many parts."""
        share = Share(index=index, of=of)
        return type(self)(
            self._tape, outermost=self._outermost, tasks=self._tasks, waiting=self._waiting, share=share
        )

    def most_of(self, budget: int) -> int:
        """An equal share."""
        return self._share.most_of(budget)

    def begin(self) -> Plan | None:
        """Return the schedule with the next cancellation; the first time without one."""
        if self._cancels is None:
            self.rank = (-1,) if self._share.index == 0 else None
            return attrs.evolve(self._tape.plan(detail=True), scopes=True)
        if self.complete:
            return None
        self.rank = (self._next,)
        cancel = self._cancels[self._next]
        self._next += self._share.of
        return Tape(deviations=self._tape.deviations, cancel=cancel).plan()

    def ended(self, run: Run) -> None:
        """Count the cancellations, after the run that has none; note whether there are others."""
        if self._cancels is None:
            self._cancels = [
                Cancel(step, depth, None if number == ran else number)
                for step, (ran, detail) in enumerate(zip(run.order, run.details, strict=True), 1)
                for number, depth, further_out in detail.scopes
                if self._outermost is None or further_out < self._outermost
                if self._waiting or number == ran
                if self._tasks is None or self._tasks(run.names[number])
            ]
            self.points = len(self._cancels)
        self.complete = self._next >= self.points
