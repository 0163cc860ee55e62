from __future__ import annotations

from typing import Any

from turnfold.events import TurnAborted, TurnCompleted, TurnStarted
from turnfold.replay.invariants.registry import Invariant, on


class StartTimesDisagree(Invariant, code="TF315", since="0.1.0", needs=(TurnStarted, TurnCompleted)):
    """The end of a turn names another time of its start than the start did.

    ## What it checks
    `started_at` in `task_complete` or `turn_aborted` is the one in the `task_started` of the same turn.

    ## Why it matters
    Both are written from one number, noted once when the turn begins. If they differ, the end is that of another
    turn, or the records were put together from two histories.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A","started_at":1776070801}}
    {"timestamp":"2026-04-13T09:00:09.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A","started_at":1776070700}}
    ```

    ## What can excuse it
    Nothing that a producer does. Times that either record leaves out are not compared, nor is a terminal that ends
    a turn of another id (TF307).
    """

    claim = "turn {turn_id} started at {started_s}, and its end says {ended_s}"
    because = "the start is on line {started}; both are unix seconds"
    however = "the file may have been put together from two"

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        turn = self.session.closed
        if turn is None or turn.turn_id != event.turn_id or event.started_at_s in (None, turn.started_at_s):
            return
        if turn.started_at_s is None:
            return
        self.found(
            at,
            (turn.at, "start"),
            (at, "end"),
            subject=turn.turn_id,
            turn_id=turn.turn_id,
            started_s=turn.started_at_s,
            ended_s=event.started_at_s,
            started=turn.at,
        )
