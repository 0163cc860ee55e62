from __future__ import annotations

from typing import Any

from turnfold.events import (
    MessageRecorded,
    ReasoningRecorded,
    ReviewModeExited,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    TurnContextRecorded,
    TurnStarted,
)
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class TurnWithoutContext(
    Invariant,
    code="TF314",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnStarted, TurnCompleted, TurnContextRecorded, ReasoningRecorded),
):
    """A turn in which the model worked does not say under which settings.

    ## What it checks
    In a log that records `turn_context`, each later turn with output of the model has one.

    ## Why it matters
    Model, folder, sandbox and approval policy stand there. A resume takes the newest one it finds: it goes on with
    the settings of an older turn.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"turn_context","payload":{"turn_id":"A","cwd":"/","model":"m","approval_policy":"never","sandbox_policy":{"type":"read-only"}}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"B"}}
    {"timestamp":"2026-04-13T09:00:04.000Z","type":"response_item","payload":{"type":"reasoning","summary":[]}}
    {"timestamp":"2026-04-13T09:00:05.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"B"}}
    ```

    ## What can excuse it
    Turns without the model (a command of the user, a compaction) have none, and a review has its reviewer's. Files
    that the vendor rewrote to the paginated form lost them all, so nothing is said before the first one.
    """

    claim = "turn {turn_id} has output of the model and no `turn_context`"
    because = "it started on line {started}; the last one before is on line {context}"
    however = "the record may have been lost"

    def begin(self) -> None:
        self.context_at = self.spoke_at = self.reviewed_at = 0

    @on(TurnContextRecorded)
    def context(self, event: Any, at: int) -> None:
        self.context_at = at

    @on(MessageRecorded)
    def said(self, event: Any, at: int) -> None:
        if event.role == "assistant":
            self.spoke_at = at

    @on(ReviewModeExited)
    def reviewed(self, event: Any, at: int) -> None:
        self.reviewed_at = at

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        turn, context = self.session.closed, self.context_at
        if turn is None or turn.copied or not 0 < context < turn.at or self.reviewed_at > turn.at:
            return
        spoke_at = max(self.spoke_at, self.session.last_of(ReasoningRecorded, ToolCallRequested))
        if spoke_at < turn.at:
            return
        facts: dict[str, Any] = {"turn_id": turn.turn_id, "started": turn.at, "context": context}
        witnesses = ((turn.at, "start of the turn"), (spoke_at, "output of the model"), (at, "its end"))
        self.found(at, *witnesses, subject=turn.turn_id, **facts)
