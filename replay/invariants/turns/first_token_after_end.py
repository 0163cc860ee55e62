from __future__ import annotations

from typing import Any

from turnfold.events import TurnCompleted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class FirstTokenAfterEnd(
    Invariant,
    code="TF312",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnCompleted,),
    implied_by=("TF311",),
):
    """The model's first token came after the end of its turn.

    ## What it checks
    `time_to_first_token_ms` of a turn is not more than its `duration_ms`.

    ## Why it matters
    One of the two is measured from something else than the turn's start, so neither can be compared with others.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:09.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A","duration_ms":8000,"time_to_first_token_ms":8500}}
    ```

    ## What can excuse it
    Nothing in the versions that were studied: both are counted from the turn's start by one clock. It is a
    suspicion because no order of records is wrong, only a number.
    """

    claim = "turn {turn_id} had its first token after {first_ms} ms, but was over after {duration_ms} ms"
    because = "both are counted from the start of the turn"

    @on(TurnCompleted)
    def ended(self, event: Any, at: int) -> None:
        first_ms, duration_ms = event.time_to_first_token_ms, event.duration_ms
        if first_ms is not None and duration_ms is not None and first_ms > duration_ms:
            facts: dict[str, Any] = {
                "turn_id": event.turn_id,
                "first_ms": first_ms,
                "duration_ms": duration_ms,
            }
            self.found(at, (at, "end of the turn"), subject=event.turn_id, **facts)
