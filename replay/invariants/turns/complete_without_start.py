from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import Machine, TurnPhase
from turnfold.events import TurnCompleted, TurnStarted
from turnfold.replay.invariants.registry import OrderRule


class CompleteWithoutStart(OrderRule, code="TF301", since="0.1.0", needs=(TurnStarted, TurnCompleted)):
    """A turn completes that never started.

    ## What it checks
    While no turn is open, every `task_complete` names a turn whose `task_started` came before.

    ## Why it matters
    What a turn did is counted from its start. Without one, the records before the terminal belong to no turn, and
    readers that close "the current turn" on an unknown terminal may close another one.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    ```

    ## What can excuse it
    Codex before 0.104 wrote no turn events at all; the rule is not applied to its files. A file whose beginning
    was cut off by hand has lost the start.
    """

    rests_on_absence = True
    claim = "turn {turn_id} completed, but no record started it"
    because = "no turn is open here and no `task_started` before this line names that id"
    however = "the start is lost if lines were removed from the file"

    refused = (
        (Machine.TURN, TurnPhase.NONE, TurnCompleted),
        (Machine.TURN, TurnPhase.RESERVED, TurnCompleted),
    )

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        if self.session.turn is None:
            self.found(at, (at, "terminal without a start"), subject=key, turn_id=key)
