from __future__ import annotations

from typing import Any

from turnfold.events import AbortBegan, ScopesCancelled
from turnfold.replay.invariants.aborts.aborting import WRONG_STEPS
from turnfold.replay.invariants.registry import OrderRule
from turnfold.rollouts.record import kind_of


class AbortStepOutOfOrder(OrderRule, code="TF419", since="0.1.0", needs=(AbortBegan, ScopesCancelled)):
    """An abort takes its steps in another order than the one that it promises.

    ## What it checks
    An abort goes by `abort_began`, `scopes_cancelled`, `abort_unwound`, for an interrupt also
    `abort_marker_recorded` and the flush of the log, then `turn_aborted`. No step is left out and none comes twice.
    A turn that has started is not cleared, and one that has not started is not aborted.

    ## Why it matters
    Each step is a promise to the next one. If a task is waited for before all scopes are cancelled, what runs beside it
    runs on. If clients hear of the end before the marker is durable, a crash makes the log deny what they were told.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"turnfold","payload":{"kind":"abort_began","version":1,"body":{"turn_id":"A","reason":"interrupted"}}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"abort_unwound","version":1,"body":{"turn_id":"A"}}}
    ```

    ## What can excuse it
    Nothing. The marker can be switched off, and a disk that fails lets the turn end: the tables know both. Codex does
    not record the steps of an abort, so its files are not judged.
    """

    rests_on_absence = True
    claim = "turn {turn_id} came to `{kind}` when that was not its next step"
    because = "its last step was taken on line {since}"
    however = "a record of the step between may have been lost"

    refused = WRONG_STEPS

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        kind = kind_of(event).kind
        witnesses = (since, "last step of the turn"), (at, "step out of order")
        self.found(at, *witnesses, subject=key, turn_id=key, kind=kind, since=since)
