from __future__ import annotations

from typing import Any

from turnfold.events import TurnAborted, TurnCompleted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on

ROUNDING_S = 1.0
"""Both times are cut to whole seconds."""


class DurationDisagrees(
    Invariant,
    code="TF311",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnStarted, TurnCompleted),
    implied_by=("TF315",),
):
    """A turn's duration is not the time between its start and its end.

    ## What it checks
    `completed_at` minus `started_at` of a turn is its `duration_ms`, within a second; so a turn does not end before
    it started either.

    ## Why it matters
    Whoever bills or compares turns by their time gets two answers.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A","started_at":1776070801}}
    {"timestamp":"2026-04-13T09:00:09.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A","completed_at":1776070809,"duration_ms":3000}}
    ```

    ## What can excuse it
    The times are those of the wall clock, the duration is not: a clock that was set, or a computer that slept in
    mid turn, makes them differ. All 963 real turns that say all three agree.
    """

    claim = "turn {turn_id} says that it took {duration_ms} ms, and its times are {seconds} s apart"
    because = "it started at {started_s} and ended at {completed_s} (unix seconds)"
    however = "the clock may have been set, or the computer slept"

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        turn = self.session.closed
        if turn is None or event.completed_at_s is None or event.duration_ms is None:
            return
        started_s = turn.started_at_s if event.started_at_s is None else event.started_at_s
        if (
            started_s is None
            or abs(event.completed_at_s - started_s - event.duration_ms / 1000) <= ROUNDING_S
        ):
            return
        self.found(
            at,
            (turn.at, "start"),
            (at, "end"),
            subject=turn.turn_id,
            turn_id=turn.turn_id,
            duration_ms=event.duration_ms,
            seconds=event.completed_at_s - started_s,
            started_s=started_s,
            completed_s=event.completed_at_s,
        )
