from __future__ import annotations

from typing import Any

from turnfold.events import ReviewEnded, ReviewStarted, TurnAborted, TurnCompleted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ReviewNeverEnded(
    Invariant,
    code="TF609",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(ReviewStarted, ReviewEnded, TurnCompleted),
):
    """A turn completes while the automated reviewer still judges one of its calls.

    ## What it checks
    When a turn completes, every review that started in it has ended: approved, denied, timed out or aborted.

    ## Why it matters
    The reviewer stands in for the user. If the turn did not wait for it, the call went ahead or was given up without
    the judgement that it needed.

    ## Example
    ```jsonl
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"method":"item/autoApprovalReview/started","params":{"threadId":"T","turnId":"A","reviewId":"r1","targetItemId":"c1","review":{"status":"inProgress"}}}
    {"method":"turn/completed","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"completed"}}}
    ```

    ## What can excuse it
    An interrupted turn leaves its reviews open; one that ended with an error is not judged. A call that failed beside
    the judged one may end a turn without a trace: hence a suspicion. A review times out after 90 s and is then over.
    """

    claim = "review {review_id} of call {call_id} never ended, and turn {turn_id} completed"
    because = "it started on line {started} and was open when the turn ended on line {ended}"
    however = "a call that failed beside it may have ended the turn"

    def begin(self) -> None:
        self.open: dict[str, tuple[str | None, str | None, int]] = {}

    @on(ReviewStarted)
    def started(self, event: Any, at: int) -> None:
        self.open[event.review_id] = event.turn_id, event.call_id, at

    @on(ReviewEnded)
    def review_ended(self, event: Any, at: int) -> None:
        self.open.pop(event.review_id, None)

    @on(TurnAborted)
    def aborted(self, event: Any, at: int) -> None:
        self.open.clear()

    @on(TurnCompleted)
    def completed(self, event: Any, at: int) -> None:
        for review_id, (turn_id, call_id, started) in self.open.items():
            if turn_id == event.turn_id and event.error is None:
                witnesses = (started, "start of the review"), (at, "end of its turn")
                facts: dict[str, Any] = {"review_id": review_id, "call_id": call_id, "turn_id": turn_id}
                self.found(at, *witnesses, subject=review_id, started=started, ended=at, **facts)
        self.open.clear()
