from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import CallPhase, Machine
from turnfold.events import ToolCallOutput, ToolCallRequested
from turnfold.replay.invariants.registry import OrderRule


class SecondOutput(OrderRule, code="TF202", since="0.1.0", needs=(ToolCallRequested, ToolCallOutput)):
    """A tool call has two outputs.

    ## What it checks
    After the output of a call there is no other output with its id.

    ## Why it matters
    The two may contradict each other, and which of them the model was shown depends on the reader. A tool that ran
    twice for one call has done its work twice.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"ok"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"ok"}}
    ```

    ## What can excuse it
    Two calls of one id, which some model providers make, have two outputs as well: TF203 names the id, and this
    rule is silent about it. A single call has none.
    """

    claim = "call {call_id} was answered twice"
    because = "its output is on line {first} already"
    however = "readers that keep the first output go on"

    refused = ((Machine.CALL, CallPhase.DONE, ToolCallOutput),)

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        if key not in self.session.reused:
            self.found(
                at, (since, "first output"), (at, "second output"), subject=key, call_id=key, first=since
            )
