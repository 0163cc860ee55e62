from __future__ import annotations

from typing import Any

from turnfold.events import ToolCallOutput, ToolCallRequested
from turnfold.replay.invariants.registry import Invariant, on

ANSWERS = {
    "function_call": "function_call",
    "custom_tool_call": "custom_tool_call",
    "local_shell_call": "function_call",
    "tool_search_call": "tool_search",
}
"""Type of a call → how the type of its output begins. A local shell has no output type of its own in Codex."""


class OutputOfOtherType(Invariant, code="TF207", since="0.1.0", needs=(ToolCallRequested, ToolCallOutput)):
    """A tool call is answered by an output of another type.

    ## What it checks
    A `function_call` is answered by a `function_call_output`, a `custom_tool_call` by a `custom_tool_call_output`,
    and a `tool_search_call` by a `tool_search_output`.

    ## Why it matters
    Providers and Codex look for the output by id *and* type. They find none, so the call counts as unanswered and
    the output as one without a call, and both are mended away before the next request.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"custom_tool_call_output","call_id":"c1","output":"ok"}}
    ```

    ## What can excuse it
    A `local_shell_call` is answered by a `function_call_output` in Codex; that is legal, and so is a
    `local_shell_call_output`. Call types that this version does not know are not judged.
    """

    claim = "call {call_id}, a {call_type}, was answered by a {output_type}"
    because = "the call is on line {called}"

    def begin(self) -> None:
        self.types: dict[str, str] = {}

    @on(ToolCallRequested)
    def requested(self, event: Any, at: int) -> None:
        self.types[event.call_id] = event.call_type

    @on(ToolCallOutput)
    def answered(self, event: Any, at: int) -> None:
        asked, given = self.types.pop(event.call_id, ""), event.call_type
        if given.startswith((ANSWERS.get(asked, ""), asked)):
            return
        called = self.session.answered_at
        facts: dict[str, Any] = {"call_id": event.call_id, "call_type": asked, "called": called}
        witnesses = ((called, "call"), (at, "output"))
        self.found(
            at,
            *witnesses,
            subject=event.call_id,
            output_type=f"{given.removesuffix('_output')}_output",
            **facts,
        )
