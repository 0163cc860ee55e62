from __future__ import annotations

from typing import Any

from turnfold.events import (
    ErrorRaised,
    ItemCompleted,
    ItemStarted,
    MessageRecorded,
    ModelRequestStarted,
    ReasoningRecorded,
    ToolCallRequested,
    TurnCompleted,
    TurnStarted,
    UserInputRecorded,
)
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.aborts.markers import USER_ITEMS
from turnfold.replay.invariants.registry import Invariant, on


class SteerLost(
    Invariant, code="TF405", severity=Severity.SUSPICION, since="0.1.0", needs=(TurnStarted, TurnCompleted)
):
    """Input was added to a running turn, and the turn completed without the model's answer to it.

    ## What it checks
    When a turn completes, the model has said, thought or called something after the last input that was added to it.

    ## Why it matters
    The user steered, saw the text in the session, and the turn ended as if it had not been said. Clients show the
    input as taken up; the model reads it only if the user says something else.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"user_message","message":"Rename it."}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"response_item","payload":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Done."}]}}
    {"timestamp":"2026-04-13T09:00:04.000Z","type":"event_msg","payload":{"type":"user_message","message":"No, stop!"}}
    {"timestamp":"2026-04-13T09:00:05.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    ```

    ## What can excuse it
    An abort: its user wants no answer. An error that ended the turn. Input that comes in the last instant of a turn is
    recorded there by Codex, on purpose and without another request: then it is not lost from the history, only from
    the turn. That is why it is a suspicion; no turn of the files that were studied (0.104 to 0.169) ends so.
    """

    claim = "the model never answered what was added to turn {turn_id}"
    because = (
        "the input is on line {added}, and nothing of the model came before the turn completed on line {at}"
    )
    however = "input of the last instant is recorded like this, for the next turn to read"

    def begin(self) -> None:
        self.inputs = 0
        self.added = self.spoke = 0
        self.text: str | None = None

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        self.begin()

    @on(UserInputRecorded)
    def input(self, event: Any, at: int) -> None:
        self.add(event.message, at)

    @on(ItemCompleted)
    def item(self, event: Any, at: int) -> None:
        if event.item_type in USER_ITEMS:
            self.add(event.text, at)
        else:
            self.spoke = at

    @on(MessageRecorded)
    def message(self, event: Any, at: int) -> None:
        if event.role == "assistant":
            self.spoke = at

    @on(ItemStarted)
    def began(self, event: Any, at: int) -> None:
        if event.item_type not in USER_ITEMS:
            self.spoke = at

    @on(ErrorRaised)
    def failed(self, event: Any, at: int) -> None:
        self.spoke = at

    def last_spoke(self) -> int:
        """Line of the latest record of the model's work."""
        return max(
            self.spoke, self.session.last_of(ReasoningRecorded, ToolCallRequested, ModelRequestStarted)
        )

    def add(self, text: str | None, at: int) -> None:
        """Another input; an item and an event that tell the same one are counted once."""
        if text != self.text or self.last_spoke() > self.added:
            self.inputs += 1
        self.text, self.added = text, at

    @on(TurnCompleted)
    def completed(self, event: Any, at: int) -> None:
        turn = self.session.closed
        is_judged = turn is not None and turn.ended_at == at and event.error is None
        if is_judged and turn is not None and self.inputs > 1 and self.last_spoke() < self.added:
            witnesses = (self.added, "input"), (at, "end of the turn")
            facts: dict[str, Any] = {"turn_id": turn.turn_id, "added": self.added, "at": at}
            self.found(at, *witnesses, subject=turn.turn_id, **facts)
