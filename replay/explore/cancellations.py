"""Cancellation everywhere: each scope around each task, cancelled after each of the task's steps."""

from __future__ import annotations

from collections.abc import Iterator

from turnfold.replay.explore.runs import Cancel, Plan, Run
from turnfold.replay.explore.tape import Tape


class EveryCancellation:
    """For each step of one schedule and each cancel scope around the task that made it: a run that cancels it then.

    The schedule is the default one, or that of *tape*. It is run once as it is, to count. A scope is cancelled between
    two steps, so that the cancellation meets the task where it now waits. Scopes are the task's own, those of the
    nurseries it runs in, and at last the whole scenario; with *outermost*, only so many of them from the outside. 1 is
    the whole scenario, as if its caller cancelled it; more may reach into scopes that nobody but a library inside of it
    could cancel.

    Runs whose scenario ends by that are `cancelled`, which is no failure. To raise something else, to deadlock or to go
    on for ever is one.
    """

    bound: float | None = None
    mismatch: str | None = None
    name = "every cancellation"

    def __init__(self, tape: Tape | None = None, *, outermost: int | None = None) -> None:
        if outermost is not None and outermost < 1:
            raise ValueError(f"at least the outermost scope has to be cancelled, not {outermost}")
        self._outermost = outermost
        self._tape = Tape() if tape is None else tape
        self._cancels: Iterator[Cancel] | None = None
        self.points = 0
        """How many cancellations there are: steps times scopes, once the schedule has been counted."""
        self.complete = False

    def begin(self) -> Plan | None:
        """Return the schedule with the next cancellation; the first time without one."""
        if self._cancels is None:
            return self._tape.plan(detail=True)
        cancel = next(self._cancels, None)
        if cancel is None:
            self.complete = True
            return None
        return Tape(deviations=self._tape.deviations, cancel=cancel).plan()

    def ended(self, run: Run) -> None:
        """Count the cancellations, after the run that has none."""
        if self._cancels is None:
            depths = [detail.depth for detail in run.details]
            cancels = [
                Cancel(step, depth)
                for step, scopes in enumerate(depths, 1)
                for depth in range(scopes)
                if self._outermost is None or scopes - depth <= self._outermost
            ]
            self.points = len(cancels)
            self._cancels = iter(cancels)
