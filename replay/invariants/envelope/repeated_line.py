from __future__ import annotations

from typing import Any

from turnfold.events import (
    AgentMessageEmitted,
    HistoryRolledBack,
    MessageRecorded,
    TurnContextRecorded,
    UserInputRecorded,
)
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class RepeatedLine(
    Invariant, code="TF111", severity=Severity.SUSPICION, since="0.1.0", implied_by=("TF106", "TF118")
):
    """The same record stands twice in a row.

    ## What it checks
    Messages, inputs, turn contexts and rollbacks: none of them directly follows a record of its own type with the
    same time, to the millisecond, and the same content. Records with an id of their own are judged by it, in other
    rules, and token counts are repeated on purpose.

    ## Why it matters
    The model is given the message twice, and a rollback that stands twice takes back twice as much.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"user_message","message":"go on"}}
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"user_message","message":"go on"}}
    ```

    ## What can excuse it
    The rows that a fork copies are stamped in one burst, so what was said twice in the parent looks like this: they
    are not asked. A writer that repeats a write because it believes that the first one failed. Real files hold
    identical lines, but not one directly after the other.
    """

    claim = "the line repeats line {first_at}"
    because = "both are of {timestamp} and say the same"
    however = "a write that succeeded may have been taken for a failed one and done again"

    def begin(self) -> None:
        self._event: Any = None
        self._stamp: str | None = None
        self._at = 0

    @on(MessageRecorded, UserInputRecorded, AgentMessageEmitted, TurnContextRecorded, HistoryRolledBack)
    def compare(self, event: Any, at: int) -> None:
        stamp = self.session.timestamp
        if stamp == self._stamp and stamp is not None and event == self._event and self._is_next(at):
            witnesses = (self._at, "the record"), (at, "the same again")
            self.found(at, *witnesses, subject=f"line {at}", first_at=self._at, timestamp=stamp)
        self._event, self._stamp, self._at = event, stamp, at

    def _is_next(self, at: int) -> bool:
        return at - self._at <= 1 and not self.session.in_copy
