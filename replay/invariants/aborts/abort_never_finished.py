from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import Machine, SessionPhase
from turnfold.events import AbortBegan, SessionResumed, TurnAborted, TurnCompleted, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.aborts.aborting import LATE_COMPLETIONS
from turnfold.replay.invariants.registry import OrderRule, on
from turnfold.rollouts.record import kind_of


class AbortNeverFinished(
    OrderRule, code="TF413", since="0.1.0", needs=(AbortBegan, TurnAborted), implied_by=("TF305", "TF306")
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

    refused = LATE_COMPLETIONS + tuple(
        (Machine.SESSION, phase, TurnStarted)
        for phase in (SessionPhase.IN_TURN, SessionPhase.CLOSING_IN_TURN)
    )

    def begin(self) -> None:
        self.excused: str | None = None

    @on(SessionResumed)
    def resumed(self, event: Any, at: int) -> None:
        """Who resumed the session has seen that the turn was cut off."""
        turn = self.session.turn
        self.excused = turn.turn_id if turn is not None else None

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        completed = kind_of(event) is TurnCompleted
        if not completed or event.turn_id == (self.session.turn.turn_id if self.session.turn else None):
            self.tell("the turn completed" if completed else "another turn started", at)

    def finish(self, at: int) -> None:
        self.tell("the log ends", at, Severity.SUSPICION)

    def tell(self, what: str, at: int, severity: Severity | None = None) -> None:
        turn = self.session.turn
        if turn is not None and turn.aborting_at and turn.turn_id != self.excused:
            witnesses = (turn.aborting_at, "beginning of the abort"), (at, what)
            facts: dict[str, Any] = {
                "turn_id": turn.turn_id,
                "began": turn.aborting_at,
                "what": what,
                "at": at,
            }
            self.found(at, *witnesses, subject=turn.turn_id, severity=severity, **facts)
