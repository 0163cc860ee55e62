from __future__ import annotations

from typing import Any

from turnfold.events import ReviewModeEntered, ReviewModeExited
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ReviewLeftWithoutEntering(
    Invariant,
    code="TF318",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(ReviewModeEntered, ReviewModeExited),
):
    """Review mode is left that was not entered.

    ## What it checks
    Each `exited_review_mode` has an `entered_review_mode` of its own before it.

    ## Why it matters
    The exit brings the reviewer's findings. Without the entry they appear in the middle of a conversation that
    asked for no review; a second exit shows them twice.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"exited_review_mode"}}
    ```

    ## What can excuse it
    A file that continues another one (`history_base` in its identity) may hold the end of a review that began
    there. No real review was at hand to count on: this is why it is a suspicion.
    """

    claim = "review mode was left on line {at}, but it was not on"
    because = "no `entered_review_mode` came since the last exit"
    however = "its record may have been lost"

    def begin(self) -> None:
        self.inside = False

    @on(ReviewModeEntered)
    def entered(self, event: Any, at: int) -> None:
        self.inside = True

    @on(ReviewModeExited)
    def left(self, event: Any, at: int) -> None:
        identity = self.session.identity
        if not self.inside and (identity is None or identity.history_base is None):
            self.found(at, (at, "exit"), at=at)
        self.inside = False
