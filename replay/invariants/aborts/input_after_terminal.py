from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import Machine, TurnPhase
from turnfold.events import Event, TurnCompleted, TurnStarted, UserInputRecorded
from turnfold.replay.invariants.strays import Stray


class InputAfterTerminal(
    Stray,
    code="TF406",
    since="0.1.0",
    needs=(TurnStarted, TurnCompleted, UserInputRecorded),
    implied_by=("TF301", "TF302", "TF304"),
):
    """A user's input is recorded while no turn is open.

    ## What it checks
    Each `user_message` lies between a `task_started` and the terminal of that turn. Of a stretch the first is named.

    ## Why it matters
    Input without a turn is answered by nobody. It is what remains when input came in just as a turn ended, and
    neither that turn took it nor a new one was started for it.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:03.000Z","type":"event_msg","payload":{"type":"user_message","message":"Wait!"}}
    ```

    ## What can excuse it
    Codex before 0.104 wrote no turn starts; the rule is not applied to its files. If the next record of a turn is a
    terminal without a start, the start is what is missing, and this finding follows from that one.
    """

    rests_on_absence = True
    claim = "{count} input(s) of the user were recorded while no turn was open"
    because = "no turn had started before line {first}, or the last one, {turn_id}, had ended on line {ended}"
    however = "if a turn start was lost, the input is that turn's"

    after = None
    refused = tuple(
        (Machine.TURN, phase, UserInputRecorded)
        for phase in (TurnPhase.NONE, TurnPhase.RESERVED, TurnPhase.ENDED)
    )

    def message(self, event: Any, at: int) -> None:
        """No handler: what the model says outside a turn is for the other rules on strays."""

    def stray(self, kind: type[Event], at: int) -> None:
        """After whatever end: input belongs nowhere outside a turn. A reviewer's inputs are told elsewhere."""
        if self.session.in_review:
            return
        if not self.count:
            self.first, self.kind = at, kind.kind
        self.count += 1
