from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import Machine, TurnPhase
from turnfold.events import TurnAborted, TurnStarted
from turnfold.replay.invariants.registry import OrderRule


class AbortWithoutStart(OrderRule, code="TF302", since="0.1.0", needs=(TurnStarted, TurnAborted)):
    """A turn is aborted that never started.

    ## What it checks
    While no turn is open, every `turn_aborted` names a turn whose `task_started` came before. One without an id
    means the open turn, so it needs one.

    ## Why it matters
    An abort without a turn says that something was interrupted and not what. A client that waits for the end of a
    turn takes it for the end of the wrong one.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"turn_aborted","turn_id":"A","reason":"interrupted"}}
    ```

    ## What can excuse it
    Codex before 0.104 wrote `turn_aborted` but no turn starts; the rule is not applied to its files. A file whose
    beginning was cut off by hand has lost the start.
    """

    rests_on_absence = True
    claim = "turn {turn_id} was aborted, but no record started it"
    because = "no turn is open here and no `task_started` before this line names that id"
    however = "the start is lost if lines were removed from the file"

    refused = (
        (Machine.TURN, TurnPhase.NONE, TurnAborted),
        (Machine.TURN, TurnPhase.RESERVED, TurnAborted),
    )

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        if self.session.turn is None:
            self.found(at, (at, "terminal without a start"), subject=key, turn_id=event.turn_id or "(no id)")
