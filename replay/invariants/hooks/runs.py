"""The runs of hooks that are open, and how each fits to its start."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, Final

import attrs

from turnfold.events import (
    RUN_STATUSES,
    HookClosed,
    HookCompleted,
    HookStarted,
    TurnAborted,
    TurnCompleted,
)
from turnfold.replay.invariants.checker import Checker
from turnfold.replay.invariants.hooks.run_ids import is_well_formed
from turnfold.replay.invariants.registry import on

RUNNING: Final = RUN_STATUSES[0]
ENDINGS: Final = frozenset(RUN_STATUSES[1:])

SLACK_MS: Final = 1000
"""Start and end are whole seconds in Codex, and the duration is taken from another clock."""


class RunBreak(Enum):
    """What can be wrong with a run."""

    STARTED_TWICE = auto()
    NEVER_COMPLETED = auto()
    CHANGED = auto()
    ILLEGAL_STATUS = auto()
    NOT_RUNNING = auto()
    DURATION = auto()
    MALFORMED_ID = auto()
    AFTER_TERMINAL = auto()


@attrs.frozen
class Run:
    """An open run."""

    at: int
    turn_id: str | None
    event_name: str
    display_order: int | None
    started_ms: int | None


class HookRuns(Checker):
    """Keeps each open run by its id."""

    def begin(self) -> None:
        self._open: dict[str, Run] = {}

    @on(HookStarted)
    def started(self, event: Any, at: int) -> None:
        run_id = event.run_id
        if event.status != RUNNING:
            self.tell(
                RunBreak.NOT_RUNNING, at, (at, "start"), subject=run_id, run_id=run_id, status=event.status
            )
        if not is_well_formed(event):
            self.tell(
                RunBreak.MALFORMED_ID,
                at,
                (at, "start"),
                subject=run_id,
                run_id=run_id,
                event_name=event.event_name,
                order=event.display_order,
                source_path=event.source_path,
            )
        first = self._open.get(run_id)
        if first is not None and event.turn_id is not None and first.turn_id == event.turn_id:
            witnesses = (first.at, "first start"), (at, "second start")
            facts: dict[str, Any] = {"run_id": run_id, "first": first.at, "second": at}
            self.tell(RunBreak.STARTED_TWICE, at, *witnesses, subject=run_id, **facts)
        self._late(event, at)
        self._open[run_id] = Run(
            at,
            event.turn_id,
            event.event_name,
            event.display_order,
            unix_ms(event.started_at_ms, event.started_at_s),
        )

    @on(HookCompleted)
    def completed(self, event: Any, at: int) -> None:
        run_id = event.run_id
        if event.status not in ENDINGS:
            self.tell(
                RunBreak.ILLEGAL_STATUS, at, (at, "end"), subject=run_id, run_id=run_id, status=event.status
            )
        run = self._open.pop(run_id, None)
        if run is None:  # forgotten with its turn, or never started
            self._late(event, at)
            return
        if (event.turn_id, event.event_name, event.display_order) != (
            run.turn_id,
            run.event_name,
            run.display_order,
        ):
            self._changed(run, event, at)
        ended_ms = unix_ms(event.completed_at_ms, event.completed_at_s)
        if None not in (run.started_ms, ended_ms, event.duration_ms):
            self._duration(run, event, ended_ms, at)

    @on(HookClosed)
    def closed(self, event: Any, at: int) -> None:
        self._open.pop(event.run_id, None)

    @on(TurnCompleted)
    def turn_completed(self, event: Any, at: int) -> None:
        for run_id, run in self._forget(event.turn_id).items():
            if event.error is None:
                witnesses = (run.at, "start of the run"), (at, "end of its turn")
                facts: dict[str, Any] = {
                    "run_id": run_id,
                    "turn_id": run.turn_id,
                    "started": run.at,
                    "ended": at,
                }
                self.tell(RunBreak.NEVER_COMPLETED, at, *witnesses, subject=run_id, **facts)

    @on(TurnAborted)
    def turn_aborted(self, event: Any, at: int) -> None:
        self._forget(event.turn_id)

    def _forget(self, turn_id: str | None) -> dict[str, Run]:
        """Take out the runs of a turn that has ended."""
        over = {run_id: run for run_id, run in self._open.items() if run.turn_id == turn_id}
        for run_id in over:
            del self._open[run_id]
        return over

    def _changed(self, run: Run, event: Any, at: int) -> None:
        begun = f"{run.event_name}, {run.display_order}, {run.turn_id}"
        ended = f"{event.event_name}, {event.display_order}, {event.turn_id}"
        witnesses = (run.at, "start of the run"), (at, "end of the run")
        facts: dict[str, Any] = {"run_id": event.run_id, "started": run.at, "begun": begun, "ended": ended}
        self.tell(RunBreak.CHANGED, at, *witnesses, subject=event.run_id, **facts)

    def _late(self, event: Any, at: int) -> None:
        """A run of a turn that is over."""
        ended = self.session.ended.get(event.turn_id, 0)
        if ended:
            witnesses = (ended, "end of the turn"), (at, "the run")
            facts: dict[str, Any] = {"run_id": event.run_id, "turn_id": event.turn_id, "ended": ended}
            self.tell(RunBreak.AFTER_TERMINAL, at, *witnesses, subject=event.run_id, **facts)

    def _duration(self, run: Run, event: Any, ended_ms: Any, at: int) -> None:
        """Compare the times of start and end with the length of the run."""
        passed = ended_ms - run.started_ms
        if passed < 0 or abs(passed - event.duration_ms) > SLACK_MS:
            witnesses = (run.at, "start of the run"), (at, "end of the run")
            facts: dict[str, Any] = {
                "run_id": event.run_id,
                "passed_ms": passed,
                "duration_ms": event.duration_ms,
            }
            self.tell(RunBreak.DURATION, at, *witnesses, subject=event.run_id, **facts)


def unix_ms(at_ms: int | None, at_s: int | None) -> int | None:
    """A time in milliseconds, from whichever unit it was written in."""
    return at_ms if at_ms is not None or at_s is None else at_s * 1000
