from __future__ import annotations

from typing import Any

from turnfold.events import AbortBegan, SessionResumed, TurnAborted, TurnCleared, TurnCompleted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class AbortNeverFinished(
    Invariant, code="TF413", since="0.1.0", needs=(AbortBegan, TurnAborted), implied_by=("TF305", "TF306")
):
    """An abort began and never came to its end.

    ## What it checks
    After `abort_began` the turn ends by `turn_aborted`. It does not complete, and no other turn starts before.

    ## Why it matters
    From the first step of an abort on the turn can be neither steered nor used, and only its end sets the session
    free. An abort that stops half-way leaves a session that takes no input; one that turns into a normal end has lost
    the race that it had won.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"turnfold","payload":{"kind":"abort_began","version":1,"body":{"turn_id":"A","reason":"interrupted"}}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    ```

    ## What can excuse it
    A process that died in the middle of the abort. Where the log simply ends it is a suspicion, and a session that was
    resumed has closed the turn by inference: there the rule is silent. Codex records no beginning of an abort.
    """

    rests_on_absence = True
    claim = "the abort of turn {turn_id} never came to its end"
    because = "it began on line {began}, and {what} on line {at}"
    however = "a process that died in the middle leaves a log that just ends"

    def begin(self) -> None:
        self.turn_id: str | None = None
        self.began_at = 0

    @on(AbortBegan)
    def began(self, event: Any, at: int) -> None:
        self.turn_id, self.began_at = event.turn_id, at

    @on(TurnAborted, TurnCleared, SessionResumed)
    def over(self, event: Any, at: int) -> None:
        self.turn_id = None

    @on(TurnCompleted)
    def completed(self, event: Any, at: int) -> None:
        if event.turn_id == self.turn_id:
            self.tell("the turn completed", at)

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        self.tell("another turn started", at)

    def finish(self, at: int) -> None:
        self.tell("the log ends", at, Severity.SUSPICION)

    def tell(self, what: str, at: int, severity: Severity | None = None) -> None:
        turn_id, self.turn_id = self.turn_id, None
        if turn_id is not None:
            witnesses = (self.began_at, "beginning of the abort"), (at, what)
            facts: dict[str, Any] = {"turn_id": turn_id, "began": self.began_at, "what": what, "at": at}
            self.found(at, *witnesses, subject=turn_id, severity=severity, **facts)
