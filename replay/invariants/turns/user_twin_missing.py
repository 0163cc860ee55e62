from __future__ import annotations

from typing import Any

from turnfold.events import ItemCompleted, MessageRecorded, UserInputRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.replay.user_text import is_contextual
from turnfold.rollouts import Dialect


class UserTwinMissing(
    Invariant,
    code="TF319",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(MessageRecorded, UserInputRecorded),
):
    """Clients were shown a message of the user that the model never got.

    ## What it checks
    Before each `user_message` (in paginated files: each completed `UserMessage` item) a message of the role `user`
    was recorded for the model, one for each.

    ## Why it matters
    The user sees the message in the conversation and believes that it was taken in. The history that the model is
    given, now and after every resume, does not have it.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"user_message","message":"stop"}}
    ```

    ## What can excuse it
    Context that Codex writes in the user's name (surroundings, instructions, markers) is for the model only: it is
    neither counted nor missed, so the reverse is not judged. Our own log writes one record for both. In all real
    files the two stand next to each other, the model's first; other producers may not keep to it, hence suspicion.
    """

    claim = "the user's message on line {at} was shown and not given to the model"
    because = "no message of the user was recorded for the model since {since}"
    however = "the line of the model's copy may have been lost"

    def begin(self) -> None:
        self.message_at = self.shown_at = 0

    @on(MessageRecorded)
    def recorded(self, event: Any, at: int) -> None:
        if event.role == "user" and not is_contextual(event.text):
            self.message_at = at

    @on(ItemCompleted)
    def completed(self, event: Any, at: int) -> None:
        if event.item_type == "UserMessage":
            self.shown(event, at)

    @on(UserInputRecorded)
    def shown(self, event: Any, at: int) -> None:
        before, self.shown_at = self.shown_at, at
        recorded, self.message_at = self.message_at, 0
        if recorded or self.session.profile.dialect is Dialect.OWN:
            return
        turn = self.session.turn
        since = f"the message shown on line {before}" if before else "the beginning of the log"
        self.found(at, (at, "what was shown"), subject=turn.turn_id if turn else None, at=at, since=since)
