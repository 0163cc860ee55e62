from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import CallPhase, Machine
from turnfold.events import ToolCallOutput, ToolCallRequested
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import OrderRule


class OutputWithoutCall(OrderRule, code="TF201", since="0.1.0", needs=(ToolCallRequested, ToolCallOutput)):
    """A tool's output is recorded, but no call asked for it.

    ## What it checks
    Every output names the id of a call that was recorded earlier in the same log.

    ## Why it matters
    A model provider refuses a history with such an output, so Codex strips it before each request: what the tool
    said is then silently missing from what the model knows. It mostly means that the line of the call was lost.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"ok"}}
    ```

    ## What can excuse it
    Searches for tools that the provider runs itself have outputs without a call; they are not named. A file that
    continues another one (`history_base` in its identity) may hold the output of a call that stands there; in such
    a file this is a suspicion only.
    """

    rests_on_absence = True
    claim = "call {call_id} has an output, but nobody made that call"
    because = "no call with this id comes before line {at}"
    however = "the call's record is lost if lines were removed from the file"

    refused = ((Machine.CALL, CallPhase.NONE, ToolCallOutput),)

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        if event.call_type == "tool_search_call":
            return
        identity = self.session.identity
        continues = identity is not None and identity.history_base is not None
        severity = Severity.SUSPICION if continues else Severity.VIOLATION
        self.found(at, (at, "output"), subject=key, severity=severity, call_id=key, at=at)
