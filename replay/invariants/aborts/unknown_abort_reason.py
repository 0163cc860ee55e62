from __future__ import annotations

from typing import Any

from turnfold.events import ABORT_REASONS, TurnAborted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class UnknownAbortReason(
    Invariant, code="TF408", severity=Severity.SUSPICION, since="0.1.0", needs=(TurnAborted,)
):
    """A turn was aborted for a reason that nobody knows.

    ## What it checks
    The `reason` of each `turn_aborted` is `interrupted`, `replaced`, `review_ended` or `budget_limited`.

    ## Why it matters
    The reason decides what happens next: whether the model is told, whether waiting work starts a turn. Codex reads
    no record with another one, so for its reader the turn has no end.

    ## Example
    ```jsonl
    {"timestamp":"2026-04-13T09:00:00.000Z","type":"session_meta","payload":{"id":"S","cli_version":"0.120.0"}}
    {"timestamp":"2026-04-13T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"A"}}
    {"timestamp":"2026-04-13T09:00:02.000Z","type":"event_msg","payload":{"type":"turn_aborted","turn_id":"A","reason":"boredom"}}
    ```

    ## What can excuse it
    A version newer than those that were studied may know more reasons; its files are not judged. A patched Codex may
    have its own, which is why it is a suspicion.
    """

    claim = "turn {turn_id} was aborted for the unknown reason `{reason}`"
    because = "the reasons are `interrupted`, `replaced`, `review_ended` and `budget_limited`"
    however = "a patched producer may know others"

    @on(TurnAborted)
    def aborted(self, event: Any, at: int) -> None:
        if event.reason not in ABORT_REASONS and not self.session.profile.is_newer_than_known:
            closed = self.session.closed
            turn_id = event.turn_id or (closed.turn_id if closed else None)
            self.found(at, (at, "the abort"), subject=turn_id, turn_id=turn_id, reason=event.reason)
