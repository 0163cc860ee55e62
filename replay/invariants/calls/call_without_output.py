from __future__ import annotations

from typing import Any

from turnfold.events import ErrorRaised, ToolCallOutput, ToolCallRequested, TurnCompleted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class CallWithoutOutput(
    Invariant,
    code="TF204",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnStarted, TurnCompleted, ToolCallRequested, ToolCallOutput),
    implied_by=("TF206", "TF215"),
):
    """A turn completes while one of its tool calls has no output.

    ## What it checks
    When a turn completes, every call that was made in it has its output.

    ## Why it matters
    The model asked and never heard back, and yet the turn counts as done. Before each later request Codex puts the
    word `aborted` in the place of the missing output, so the model believes that somebody stopped it.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"response_item","payload":{"type":"function_call","name":"shell","call_id":"c1","arguments":"{}"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    ```

    ## What can excuse it
    An abort or a crash leaves calls open, and that is legal. So does a fatal error of a tool, after which Codex
    still completes the turn. Where the log shows the error the rule is silent; most versions do not record it, which
    is why this is a suspicion. No completed turn of the real files that were studied (0.104 to 0.169) has one.
    """

    claim = "call {call_id} has no output, and its turn {turn_id} completed"
    because = "it was made on line {called}, and no output came before the turn's end on line {at}"
    however = "a fatal error of the tool ends a turn like this, and often leaves no record"

    def begin(self) -> None:
        self.failed_at = 0

    @on(ErrorRaised)
    def failed(self, event: Any, at: int) -> None:
        self.failed_at = at

    @on(TurnCompleted)
    def completed(self, event: Any, at: int) -> None:
        turn = self.session.closed
        if turn is None or event.error is not None or self.failed_at > turn.at:
            return
        for call_id, called in reversed(self.session.open_calls.items()):
            if called < turn.at:  # of an earlier turn, which was cut short
                break
            roles = ((called, "call"), (at, "end of its turn"))
            facts: dict[str, Any] = {"call_id": call_id, "turn_id": turn.turn_id, "called": called, "at": at}
            self.found(at, *roles, subject=call_id, **facts)
