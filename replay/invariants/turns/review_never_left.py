from __future__ import annotations

from typing import Any

from turnfold.events import ReviewModeEntered, ReviewModeExited, TurnAborted, TurnCompleted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ReviewNeverLeft(
    Invariant,
    code="TF317",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnStarted, TurnCompleted, ReviewModeEntered, ReviewModeExited),
):
    """A turn ends in review mode, and the mode is not left.

    ## What it checks
    When a turn ended between `entered_review_mode` and `exited_review_mode`, the exit comes before the next turn
    starts or the log ends.

    ## Why it matters
    Clients stay in the reviewer's view, and what the next turn says is shown as its findings.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"entered_review_mode"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    ```

    ## What can excuse it
    A reviewer's own end may be told inside the mode, so the exit may follow it. A review that is aborted leaves the
    mode before its terminal. A process that was killed in mid review leaves no terminal, and is not named.
    """

    claim = "review mode was entered on line {entered} and never left"
    because = "a turn ended in it on line {ended}, and nothing left it before line {at}"
    however = "the process may have died between the two records"

    def begin(self) -> None:
        self.entered_at = self.ended_at = 0

    @on(ReviewModeEntered)
    def entered(self, event: Any, at: int) -> None:
        self.entered_at, self.ended_at = at, 0

    @on(ReviewModeExited)
    def left(self, event: Any, at: int) -> None:
        self.entered_at = self.ended_at = 0

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        if self.entered_at:
            self.ended_at = at

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        self.finish(at)

    def finish(self, at: int) -> None:
        entered, ended = self.entered_at, self.ended_at
        if ended:
            self.entered_at = self.ended_at = 0
            self.found(
                at,
                (entered, "review mode entered"),
                (ended, "end of a turn"),
                entered=entered,
                ended=ended,
                at=at,
            )
