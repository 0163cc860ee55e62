from __future__ import annotations

from typing import Any

from turnfold.events import MessageRecorded, TurnCompleted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class LastMessageDisagrees(
    Invariant,
    code="TF313",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnStarted, TurnCompleted, MessageRecorded),
):
    """A turn completes with a last message that it never recorded.

    ## What it checks
    A turn whose `task_complete` has a `last_agent_message` has recorded a message of the assistant.

    ## Why it matters
    Clients show the last message as the answer. If it is not in the history, the model does not know that it ever
    gave it; or it was written after the turn was reported as done.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A","last_agent_message":"done"}}
    ```

    ## What can excuse it
    The texts themselves are not compared: Codex takes plans and citations out of the one and not out of the other,
    and published files have their texts replaced. A turn without last message may well have recorded some (a plan
    is none). A reviewer's message is recorded by its own session.
    """

    claim = "turn {turn_id} ended with a last message, and recorded none"
    because = (
        "no message of the assistant stands between its start on line {started} and its end on line {at}"
    )
    however = "the message's line may have been lost"

    def begin(self) -> None:
        self.said_at = 0

    @on(MessageRecorded)
    def said(self, event: Any, at: int) -> None:
        if event.role == "assistant":
            self.said_at = at

    @on(TurnCompleted)
    def ended(self, event: Any, at: int) -> None:
        turn = self.session.closed
        if turn is not None and event.last_agent_message and self.said_at < turn.at:
            witnesses = ((turn.at, "start of the turn"), (at, "its end"))
            self.found(at, *witnesses, subject=turn.turn_id, turn_id=turn.turn_id, started=turn.at, at=at)
