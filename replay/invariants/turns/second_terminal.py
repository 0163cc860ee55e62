from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import Machine, TurnPhase
from turnfold.events import TurnAborted, TurnCompleted, TurnStarted
from turnfold.replay.invariants.registry import OrderRule


class SecondTerminal(OrderRule, code="TF304", since="0.1.0", needs=(TurnStarted, TurnCompleted)):
    """A turn ends twice.

    ## What it checks
    After the first `task_complete` or `turn_aborted` of a turn there is no other one for the same id.

    ## Why it matters
    It is the mark of a race between a natural finish and an abort that both won. Whoever counts turns, bills them
    or reports their outcome has two contradicting answers.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"turn_aborted","turn_id":"A","reason":"interrupted"}}
    ```

    ## What can excuse it
    Nothing. Codex releases of April and May 2026 could do it (the finish told its end although an abort owned the
    task); the vendor's reader ignores the second one, which hides the race and does not undo it.
    """

    claim = "turn {turn_id} ended twice"
    because = "it had its terminal event on line {first} already"
    however = "readers that take the first one go on; which of the two is true cannot be told"

    refused = (
        (Machine.TURN, TurnPhase.ENDED, TurnCompleted),
        (Machine.TURN, TurnPhase.ENDED, TurnAborted),
    )

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        first = self.session.ended.get(key or "", since)
        self.found(
            at, (first, "first terminal"), (at, "second terminal"), subject=key, turn_id=key, first=first
        )
