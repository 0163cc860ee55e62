from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import Machine, TurnPhase
from turnfold.events import ReviewModeEntered, TurnAborted, TurnCompleted, TurnStarted
from turnfold.replay.invariants.registry import OrderRule, on


class TerminalOfOtherTurn(OrderRule, code="TF307", since="0.1.0", needs=(TurnStarted, TurnCompleted)):
    """A terminal event names a turn that never started, while another turn is open.

    ## What it checks
    Every `task_complete` and `turn_aborted` inside an open turn names a turn that started.

    ## Why it matters
    The vendor's reader lets such an event end the open turn. So one turn is reported as ended that was not, and
    the one that is named stays unknown.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"task_complete","turn_id":"B"}}
    ```

    ## What can excuse it
    A terminal without any id means the open turn (old files), and is not named. Around a review the start is the
    reviewer's and the terminal that of the turn which asked for it; that is legal.
    """

    rests_on_absence = True
    claim = "turn {turn_id} ended, but it is turn {open_id} that is open"
    because = "{open_id} started on line {started}, and nothing ever started {turn_id}"
    however = "the vendor's reader takes this as the end of {open_id}"

    refused = (
        (Machine.TURN, TurnPhase.NONE, TurnCompleted),
        (Machine.TURN, TurnPhase.NONE, TurnAborted),
        (Machine.TURN, TurnPhase.RESERVED, TurnCompleted),
        (Machine.TURN, TurnPhase.RESERVED, TurnAborted),
    )

    def begin(self) -> None:
        self.reviewed = False

    @on(ReviewModeEntered)
    def entered(self, event: Any, at: int) -> None:
        self.reviewed = True

    @on(TurnCompleted, TurnAborted)
    def ended(self, event: Any, at: int) -> None:
        self.reviewed = False

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        turn = self.session.turn
        if turn is not None and not self.reviewed:
            self.found(
                at,
                (turn.at, "start of the open turn"),
                (at, "terminal of another"),
                subject=key,
                turn_id=key,
                open_id=turn.turn_id,
                started=turn.at,
            )
