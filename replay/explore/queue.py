"""A run queue that offers one task a tick, chosen by a strategy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from math import inf
from typing import Any, Final

import attrs

from turnfold.replay.explore.clock import VirtualClock
from turnfold.replay.explore.inside import (
    Before,
    before,
    is_cancelled,
    left_behind,
    running_task,
    scopes,
    throw_away,
)
from turnfold.replay.explore.listening import Listener, Refused, wait_of
from turnfold.replay.explore.places import standing
from turnfold.replay.explore.runs import Cancel, Deviation, Plan, StepDetail

NO_LIMIT: Final = 24 * 3600.0
"""Seconds: what trio waits at most for I/O."""


class Abandoned(BaseException):
    """Leaves trio's run loop at once; seen by nobody but this package."""


class ScheduleQueue:
    """Stands in for the runner's run queue; gives out one task a tick.

    Between `begin` and `end` all tasks that are spawned are the scenario, system tasks too: they get numbers, and the
    plan's chooser decides among them. Those that were there before (trio's own, the caller) run at once.
    """

    def __init__(self, clock: VirtualClock, listener: Listener, *, steps_max: int, patience: int) -> None:
        self.clock = clock
        clock.on_idle = self.idle
        self.listener = listener
        self.runner: Any = None
        self.steps_max = steps_max
        self.patience = patience
        self.ticks = 0
        """Steps of any task: stands still while one runs."""
        self.running = False
        self.over = False
        """Whether the run of trio had to be abandoned after its last schedule had ended."""
        self._urgent: deque[Any] = deque()
        self._urgent_picked = False
        self._picked: int | None = None
        self._waiting: dict[int, Any] = {}
        self._since: dict[int, int] = {}
        self._numbers: dict[Any, int] = {}
        self._before = Before(frozenset(), {})
        self._clear_record()

    def _clear_record(self) -> None:
        self.order: list[int] = []
        self.counts: list[int] = []
        self.deviations: list[Deviation] = []
        self.names: list[str] = []
        self.details: list[StepDetail] = []
        self.misfits = 0
        self.root: Any = None
        self.closing = False
        self.quiet = 0
        """How many parts of the scenario that are not explored are open."""
        self._closed_at = 0
        self._last = -1
        self._chooser: Callable[[list[int], int], int] | None = None
        self._cancel: Cancel | None = None
        self._detail = self._noting_scopes = False

    # What a conductor calls.

    def begin(self, plan: Plan) -> None:
        """Take the tasks that the current task spawns from now on as a new scenario."""
        self._clear_record()
        self._numbers.clear()
        self._waiting.clear()
        self._since.clear()
        self.clock.now = 0.0
        self._chooser, self._cancel, self._detail = plan.chooser, plan.cancel, plan.detail
        self._noting_scopes = plan.scopes
        self._before = before(self.runner)
        self.running = True

    def end(self) -> str | None:
        """End the scenario; return what it left behind, if it did."""
        self.running = False
        return left_behind(self.runner, self._before)

    def close_scenario(self) -> None:
        """Cancel the whole scenario; from now on its tasks take turns, and nothing is chosen."""
        self.closing = True
        self._closed_at = len(self.order)
        self.root.cancel()

    @property
    def record_end(self) -> int:
        """How many steps belong to the schedule: what comes after `close_scenario` is clean-up."""
        return self._closed_at if self.closing else len(self.order)

    def in_scenario(self) -> bool:
        """Whether a task of the scenario is running just now."""
        return self.running and running_task() in self._numbers

    def refuse(self, what: str) -> None:
        """Tell the listener, and raise in the task that did it.

        Raises:
            Refused: always.
        """
        self.listener.refused(what)
        raise Refused(what)

    # What trio calls.

    def attach(self, runner: Any) -> None:
        """A new run of trio begins; forget what an abandoned one left in the queue."""
        self.runner = runner
        self.over = False
        self._urgent.clear()
        self._waiting.clear()
        self._urgent_picked, self._picked = False, None

    def __len__(self) -> int:
        return len(self._waiting) + len(self._urgent)

    def append(self, task: Any) -> None:
        """A task became runnable."""
        number = self._numbers.get(task)
        if number is None:
            if not self.running or task in self._before.tasks:
                self._urgent.append(task)
                return
            number = self._numbers[task] = len(self.names)
            self.names.append(task.name.rpartition(".")[2])
        self._waiting[number] = task
        self._since[number] = len(self.order)

    def __iter__(self) -> Iterator[Any]:
        self.ticks += 1
        if self._urgent:
            self._urgent_picked = True
            return iter((self._urgent[0],))
        waiting = self._waiting
        if self._detail and self.order:
            self._note_stop()
        if self._cancel is not None and len(self.order) >= self._cancel.step:
            self._inject()
        if not waiting:
            return iter(())
        if len(self.order) >= self.steps_max:
            self._overrun()
        choose = self._next_in_turn if self.closing else self._choose
        number = next(iter(waiting)) if len(waiting) == 1 else choose()
        if self._detail:
            self._note_start(number)
        self.order.append(number)
        self._last = self._picked = number
        return iter((waiting[number],))

    def clear(self) -> None:
        """Take out what the last iteration gave, and that only."""
        if self._urgent_picked:
            self._urgent_picked = False
            self._urgent.popleft()
        elif self._picked is not None:
            del self._waiting[self._picked]
            self._picked = None

    def _choose(self) -> int:
        waiting = self._waiting
        if len(self.order) - self._since[next(iter(waiting))] >= self.patience:
            # No choice, and so no choice point: polling loops would starve the others for ever.
            return min(waiting, key=self._seniority)
        if self.quiet:
            return self._last if self._last in waiting else min(waiting)
        numbers = sorted(waiting)
        default = numbers.index(self._last) if self._last in waiting else 0
        assert self._chooser is not None
        index = self._chooser(numbers, default)
        if not 0 <= index < len(numbers):
            self.misfits += 1
            index = default
        if index != default:
            self.deviations.append((len(self.counts), index))
        self.counts.append(len(numbers))
        return numbers[index]

    def _seniority(self, number: int) -> tuple[int, int]:
        return self._since[number], number  # those that were woken together were woken in no order

    def _next_in_turn(self) -> int:
        later = [number for number in self._waiting if number > self._last]
        return min(later or self._waiting)

    def idle(self, deadline: float) -> float:
        """No task can run: let the time jump, or find out that it would not help."""
        if self._detail and self.order:
            self._note_stop()
        if self._cancel is not None and len(self.order) >= self._cancel.step:
            self._inject()
            if self._waiting:
                return 0.0
        runner = self.runner
        if runner.waiting_for_idle:
            return NO_LIMIT
        if not runner.entry_queue.size():
            if deadline != inf:
                self.clock.now = max(self.clock.now, deadline)
            elif self.running:
                self._stuck()
            else:
                self._haunted()
        return 0.0

    def _haunted(self) -> None:
        """The scenario is over, and a task that it left behind keeps trio from ending its run: throw all away."""
        self.over = True
        self.abandon()

    def _stuck(self) -> None:
        if self.closing:
            self.abandon()
        self.listener.deadlocked([wait_of(task, self.label(task)) for task in self._alive()])
        self.close_scenario()

    def _overrun(self) -> None:
        if not self.closing:
            self.listener.overran()
            self.close_scenario()
        elif len(self.order) >= self._closed_at + self.steps_max:
            self.abandon()

    def abandon(self) -> None:
        """Throw the tasks of the scenario away where they stand: they did not end when they were cancelled.

        Raises:
            Abandoned: always; it goes through trio's run loop.
        """
        self.running = False
        throw_away(self.runner)
        raise Abandoned

    def _alive(self) -> list[Any]:
        return [task for task in self._numbers if task in self.runner.tasks]

    def label(self, task: Any) -> str:
        """Name and number of a task of the scenario."""
        number = self._numbers[task]
        return f"{self.names[number]}#{number}"

    # Scopes.

    def _scopes(self, number: int) -> list[Any]:
        """The cancel scopes around a task, the innermost first, up to the scenario's own."""
        task = self._task(number)
        return scopes(task, self.root) if task in self.runner.tasks else []

    def _task(self, number: int) -> Any:
        return next(task for task, its in self._numbers.items() if its == number)

    def _inject(self) -> None:
        cancel = self._cancel
        self._cancel = None
        if cancel is None or self.closing or not self.order:
            return
        number = self.order[-1] if cancel.task is None else cancel.task
        scopes = self._scopes(number) if number < len(self.names) else []
        if cancel.depth < len(scopes):
            scopes[cancel.depth].cancel()
        else:
            self.misfits += 1

    # What is noted of each step if the plan wants details.

    def _note_start(self, number: int) -> None:
        task, since = self._waiting[number], self._since[number]
        detail = StepDetail(
            tuple(sorted(self._waiting)),
            0,
            woken=since - 1 if since else None,
            cancelled=is_cancelled(task),
            time_s=self.clock.now,
            choices=len(self.counts),
        )
        self.details.append(detail)

    def _note_stop(self) -> None:
        number = self.order[-1]
        place, depth = standing(self._task(number)), len(self._scopes(number))
        around = self._all_scopes(number) if self._noting_scopes else ()
        self.details[-1] = attrs.evolve(self.details[-1], depth=depth, place=place, scopes=around)

    def _all_scopes(self, first: int) -> tuple[tuple[int, int, int], ...]:
        """Each scope once, by a task that is in it: *first*, or else the one with the lowest number."""
        found: dict[Any, tuple[int, int, int]] = {}
        others = sorted(self._numbers[task] for task in self._alive() if self._numbers[task] != first)
        for number in (first, *others):
            around = self._scopes(number)
            for depth, scope in enumerate(around):
                found.setdefault(scope, (number, depth, len(around) - depth - 1))
        return tuple(found.values())
