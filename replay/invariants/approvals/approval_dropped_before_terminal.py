from __future__ import annotations

from typing import Any

from turnfold.core.lifecycle import Machine, SessionPhase
from turnfold.events import ApprovalDropped, ApprovalRequested, TurnStarted, WaitersDropped
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import OrderRule
from turnfold.rollouts import Dialect


class ApprovalDroppedBeforeTerminal(
    OrderRule, code="TF613", since="0.1.0", needs=(ApprovalRequested, ApprovalDropped, TurnStarted)
):
    """A question is dropped before its turn has ended.

    ## What it checks
    While a turn is open, none of its questions is dropped: that is done after its terminal event.

    ## Why it matters
    What waits for a question takes a drop for a denial. If the turn has not ended by then, that denial gets into the
    history as if the user had said no, and the model acts on it.

    ## Example
    ```jsonl
    {"method":"thread/started","params":{"thread":{"id":"T"}}}
    {"method":"turn/started","params":{"threadId":"T","turn":{"id":"A","items":[],"status":"inProgress"}}}
    {"id":0,"method":"item/commandExecution/requestApproval","params":{"threadId":"T","turnId":"A","itemId":"c1"}}
    {"method":"serverRequest/resolved","params":{"threadId":"T","requestId":0}}
    ```

    ## What can excuse it
    In a capture the notice that a question is resolved looks like a drop when another client answered it: there it is
    a suspicion. Questions of an earlier turn may be dropped while a later one is open. In our own log there is no
    excuse.
    """

    rests_on_absence = True
    claim = "what waited in turn {turn_id} was dropped while the turn was open"
    because = "the turn started on line {started} and had not ended before line {at}"
    however = "another client may have answered"

    refused = tuple(
        (Machine.SESSION, phase, kind)
        for phase in (SessionPhase.IN_TURN, SessionPhase.CLOSING_IN_TURN)
        for kind in (ApprovalDropped, WaitersDropped)
    )

    def breached(self, event: Any, at: int, key: str | None, since: int) -> None:
        turn = self.session.turn
        if turn is None or event.turn_id not in (None, turn.turn_id):
            return
        is_capture = self.session.profile.dialect is Dialect.APP_SERVER
        self.found(
            at,
            (turn.at, "start of the turn"),
            (at, "the drop"),
            subject=getattr(event, "approval_id", turn.turn_id),
            severity=Severity.SUSPICION if is_capture else None,
            turn_id=turn.turn_id,
            started=turn.at,
            at=at,
        )
