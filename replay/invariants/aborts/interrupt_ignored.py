from __future__ import annotations

from typing import Any

from turnfold.events import AbortRequested, ItemStarted, RequestAnswered, TurnAborted, TurnCompleted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class InterruptIgnored(
    Invariant,
    code="TF412",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(AbortRequested, RequestAnswered, TurnCompleted),
):
    """The server accepted an interrupt, and the turn went on.

    ## What it checks
    After an answer without error to `turn/interrupt` the turn ends as interrupted. It does not complete, and if its
    end is not in the capture, it begins nothing new.

    ## Why it matters
    The user pressed stop, was told that it worked, and the agent carried on. What it did after that nobody wanted.

    ## Example
    ```jsonl
    {"_dir":"<","method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"_dir":">","id":4,"method":"turn/interrupt","params":{"threadId":"T","turnId":"A"}}
    {"_dir":"<","id":4,"result":{}}
    {"_dir":"<","method":"turn/completed","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"completed"}}}
    ```

    ## What can excuse it
    A turn that was finishing just then may win the race: its end is told, and the interrupt finds nothing to stop.
    That is why it is a suspicion. In all captures that were studied (0.169) the turn ends as interrupted.
    """

    claim = "turn {turn_id} went on after its interrupt was accepted"
    because = "the interrupt was accepted on line {accepted}, and {what} on line {at}"
    however = "a turn that was finishing at that moment may win the race"

    def begin(self) -> None:
        self.accepted: dict[str, int] = {}
        self.worked: dict[str, int] = {}

    @on(RequestAnswered)
    def answered(self, event: Any, at: int) -> None:
        turn_id = event.turn_id
        is_accepted = event.request_kind == "turn/interrupt" and event.error_message is None
        if is_accepted and turn_id is not None and turn_id not in self.session.ended:
            self.accepted.setdefault(turn_id, at)

    @on(ItemStarted)
    def item(self, event: Any, at: int) -> None:
        if event.turn_id in self.accepted:
            self.worked[event.turn_id] = at

    @on(TurnAborted)
    def aborted(self, event: Any, at: int) -> None:
        self.accepted.pop(event.turn_id, None)

    @on(TurnCompleted)
    def completed(self, event: Any, at: int) -> None:
        if event.turn_id in self.accepted:
            self.tell(event.turn_id, "the turn completed", at)

    def finish(self, at: int) -> None:
        for turn_id in tuple(self.accepted):
            if turn_id in self.worked:
                self.tell(turn_id, "an item of it started", self.worked[turn_id])

    def tell(self, turn_id: str, what: str, at: int) -> None:
        accepted = self.accepted.pop(turn_id)
        facts: dict[str, Any] = {"turn_id": turn_id, "accepted": accepted, "what": what, "at": at}
        self.found(at, (accepted, "interrupt accepted"), (at, what), subject=turn_id, **facts)
