from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import CallPhase, Machine
from turnfold.events import ToolDecisionRecorded
from turnfold.replay.invariants.registry import OrderRule


class CallDecidedTwice(OrderRule, code="TF217", since="0.1.0", needs=(ToolDecisionRecorded,)):
    """One attempt of a tool call is decided twice.

    ## What it checks
    Between the request of a call and its end there is one decision, and one more for the retry without the sandbox.

    ## Why it matters
    One decision is what hooks, the reviewer and the user came to. Where there are two, nobody can say which of them the
    command ran under, nor who answers for it.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"tool_decision_recorded","version":1,"body":{"call_id":"c1","decision":"approved","source":"config","attempt":1,"turn_id":"A"}}}
    {"timestamp":"2026-04-13T09:00:04.000Z","seq":4,"type":"turnfold","payload":{"kind":"tool_decision_recorded","version":1,"body":{"call_id":"c1","decision":"approved","source":"config","attempt":1,"turn_id":"A"}}}
    ```

    ## What can excuse it
    Nothing: whoever comes first in the order of hooks, reviewer and user decides, and the others are not asked. Only
    our own log shows these decisions.
    """

    rests_on_absence = True
    claim = "call {call_id} was decided a second time"
    because = "it had been decided already, and went on from line {since}"
    however = "a denial by the sandbox may have been lost, which allows a second attempt"

    refused = tuple(
        (Machine.CALL, phase, ToolDecisionRecorded)
        for phase in (
            CallPhase.DECIDED,
            CallPhase.RUNNING,
            CallPhase.RAN,
            CallPhase.RETRY_DECIDED,
            CallPhase.RETRYING,
            CallPhase.RETRIED,
        )
    )

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        witnesses = (since, "last step of the call"), (at, "second decision")
        self.found(at, *witnesses, subject=key, call_id=key, since=since)
