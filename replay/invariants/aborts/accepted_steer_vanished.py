from __future__ import annotations

from collections import Counter
from typing import Any

from turnfold.events import (
    HookCompleted,
    InputDropped,
    ItemCompleted,
    TurnAborted,
    TurnCompleted,
    TurnSteered,
    UserInputRecorded,
)
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.aborts.markers import USER_ITEMS
from turnfold.replay.invariants.registry import Invariant, on


class AcceptedSteerVanished(
    Invariant,
    code="TF417",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(TurnSteered, TurnCompleted),
    implied_by=("TF421",),
):
    """Input was accepted into a turn, and the turn completed without it.

    ## What it checks
    Each text that `turn/steer` accepted into a turn is recorded as a user's message before that turn completes.

    ## Why it matters
    The server said that it took the user's words, and they are nowhere: not in the history, not in what clients show.
    Nobody will send them again.

    ## Example
    ```jsonl
    {"_dir":"<","method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"_dir":">","id":4,"method":"turn/steer","params":{"threadId":"T","input":[{"type":"text","text":"stop"}],"expectedTurnId":"A"}}
    {"_dir":"<","id":4,"result":{"turnId":"A"}}
    {"_dir":"<","method":"turn/completed","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"completed"}}}
    ```

    ## What can excuse it
    An abort drops what was not used yet, in Codex without a word. A `UserPromptSubmit` hook may block the input; our
    own log says that it was dropped. An error may end the turn before. Texts are compared, so that a server which
    changes them would be named wrongly: hence a suspicion.
    """

    claim = "input that turn {turn_id} accepted was never recorded"
    because = "it was accepted on line {accepted}, and the turn completed on line {at} without it"
    however = "a hook that blocks input, and a change of its text, look the same"

    def begin(self) -> None:
        self.accepted: dict[str, tuple[str, int]] = {}
        self.recorded: Counter[str | None] = Counter()

    @on(TurnSteered)
    def steered(self, event: Any, at: int) -> None:
        if event.text is not None:
            self.accepted[event.input_id] = event.text, at

    @on(InputDropped)
    def dropped(self, event: Any, at: int) -> None:
        self.accepted.pop(event.input_id, None)

    @on(UserInputRecorded)
    def input(self, event: Any, at: int) -> None:
        self.recorded[event.message] += 1

    @on(ItemCompleted)
    def item(self, event: Any, at: int) -> None:
        if event.item_type in USER_ITEMS:
            self.recorded[event.text] += 1

    @on(HookCompleted)
    def hook(self, event: Any, at: int) -> None:
        """A hook that blocked or stopped may have blocked the input."""
        if event.event_name == "user_prompt_submit" and event.status in ("blocked", "stopped"):
            self.accepted.clear()

    @on(TurnAborted)
    def aborted(self, event: Any, at: int) -> None:
        self.begin()

    @on(TurnCompleted)
    def completed(self, event: Any, at: int) -> None:
        if event.error is None:
            for text, accepted in self.accepted.values():
                self.recorded[text] -= 1
                if self.recorded[text] < 0:
                    witnesses = (accepted, "accepted"), (at, "end of the turn")
                    facts: dict[str, Any] = {"turn_id": event.turn_id, "accepted": accepted, "at": at}
                    self.found(at, *witnesses, subject=event.turn_id, **facts)
        self.begin()
