from __future__ import annotations

from collections import Counter
from typing import Any

from turnfold.events import (
    InputQueued,
    InputRefused,
    ItemCompleted,
    SteerRefused,
    SteerRequested,
    TurnRequested,
    TurnSteered,
    UserInputRecorded,
)
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.aborts.markers import USER_ITEMS
from turnfold.replay.invariants.registry import Invariant, on


class RefusedSteerRecorded(
    Invariant, code="TF411", severity=Severity.SUSPICION, since="0.1.0", needs=(SteerRefused, SteerRequested)
):
    """Input that was refused is in the session all the same.

    ## What it checks
    A text that was refused, as a steer or as new input, is not recorded more often than it was asked for otherwise.

    ## Why it matters
    A refusal promises that nothing has changed, so that a client can send the text again. If it was recorded, the
    model reads it twice, and may do the work twice.

    ## Example
    ```jsonl
    {"_dir":"<","method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"_dir":">","id":4,"method":"turn/steer","params":{"threadId":"T","input":[{"type":"text","text":"stop"}],"expectedTurnId":"A"}}
    {"_dir":"<","id":4,"error":{"code":-32600,"message":"no active turn to steer"}}
    {"_dir":"<","method":"item/completed","params":{"threadId":"T","turnId":"A","item":{"type":"userMessage","id":"u1","content":[{"type":"text","text":"stop"}]}}}
    ```

    ## What can excuse it
    Another client of the same thread may have sent the same words; a capture shows one client alone. That is why it
    is a suspicion. Words that were sent again after the refusal are counted, and not named.
    """

    claim = "the text that was refused on line {refused} was recorded"
    because = "it was recorded {recorded} time(s), and asked for {asked} time(s) apart from what was refused"
    however = "another client may have sent the same words"

    def begin(self) -> None:
        self.requests: dict[str | None, str | None] = {}
        self.asked: Counter[str | None] = Counter()
        # A log of ours has no request for input that goes into a running turn, or that waits for an abort to end.
        self.accepted: Counter[str | None] = Counter()
        # A log may have a message and the item that clients are shown for it: two records of one input.
        self.messages: Counter[str | None] = Counter()
        self.items: Counter[str | None] = Counter()
        self.refused_at: dict[str | None, int] = {}

    @on(TurnRequested, SteerRequested)
    def requested(self, event: Any, at: int) -> None:
        self.requests[event.request_id] = event.text
        self.asked[event.text] += 1

    @on(SteerRefused)
    def steer_refused(self, event: Any, at: int) -> None:
        self.refuse(event.request_id, event.text, at)

    @on(InputRefused)
    def input_refused(self, event: Any, at: int) -> None:
        self.refuse(event.submission_id, event.text, at)

    def refuse(self, request_id: str | None, text: str | None, at: int) -> None:
        """Take back what was asked for, if it was seen."""
        if request_id in self.requests:
            self.asked[self.requests.pop(request_id)] -= 1
        self.refused_at[text] = at

    @on(InputQueued, TurnSteered)
    def accept(self, event: Any, at: int) -> None:
        self.accepted[event.text] += 1

    @on(UserInputRecorded)
    def input(self, event: Any, at: int) -> None:
        self.messages[event.message] += 1
        self.compare(event.message, at)

    @on(ItemCompleted)
    def item(self, event: Any, at: int) -> None:
        if event.item_type in USER_ITEMS:
            self.items[event.text] += 1
            self.compare(event.text, at)

    def compare(self, text: str | None, at: int) -> None:
        """Compare what was recorded with what was asked for."""
        recorded = max(self.messages[text], self.items[text])
        asked = max(self.asked[text], self.accepted[text])
        refused = self.refused_at.get(text, 0)
        if text is not None and refused and recorded > asked:
            witnesses = (refused, "refused"), (at, "recorded")
            self.found(at, *witnesses, refused=refused, recorded=recorded, asked=asked)
