from __future__ import annotations

from typing import Any

from turnfold.events import InputRefused, SettingsApplied, TurnRequested
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class SettingsOfRefusedInput(
    Invariant,
    code="TF423",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(SettingsApplied, InputRefused, TurnRequested),
):
    """Settings were applied in the same breath in which the input that brought them was refused.

    ## What it checks
    A `settings_applied` does not stand directly before an `input_refused`.

    ## Why it matters
    A refusal promises that nothing has changed. If the settings of the refused input hold all the same, the next
    command may run with rights that the user meant to give to another one.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","seq":0,"type":"session_meta","payload":{"id":"S"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","seq":1,"type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","seq":2,"type":"turnfold","payload":{"kind":"settings_applied","version":1,"body":{"model":"m"}}}
    {"timestamp":"2026-04-13T09:00:03.000Z","seq":3,"type":"turnfold","payload":{"kind":"input_refused","version":1,"body":{"submission_id":"s1","message":"aborting","code":"bad_request"}}}
    ```

    ## What can excuse it
    Settings can be applied on their own, and another input be refused right after: hence a suspicion. The engine
    applies settings only together with the input that it takes, and looks for reasons to refuse before that.
    """

    claim = "settings were applied just before input {submission_id} was refused"
    because = "they were applied on line {applied}, and nothing took them up"
    however = "they may have been applied on their own"

    def begin(self) -> None:
        self.applied_at = 0

    @on(SettingsApplied)
    def applied(self, event: Any, at: int) -> None:
        self.applied_at = at

    @on(InputRefused)
    def refused(self, event: Any, at: int) -> None:
        if self.applied_at and self.applied_at == at - 1:
            witnesses = (self.applied_at, "settings applied"), (at, "input refused")
            facts: dict[str, Any] = {"submission_id": event.submission_id, "applied": self.applied_at}
            self.found(at, *witnesses, subject=event.submission_id, **facts)
