from __future__ import annotations

from typing import Any

from turnfold.events import SessionMetaRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ForkOfItself(
    Invariant, code="TF707", severity=Severity.VIOLATION, since="0.1.0", needs=(SessionMetaRecorded,)
):
    """A session says that it was forked from itself.

    ## What it checks
    The `forked_from_id` of the identity record is another id than its own.

    ## Why it matters
    A fork is a new session. One that is its own parent makes readers that follow forks to their root go round in
    a circle, and two files claim one id.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t","forked_from_id":"t"}}
    ```

    ## What can excuse it
    A later segment of the same thread, which has a `history_base`, may name the thread: of it nothing is said.
    """

    claim = "session {session_id} says that it was forked from itself"
    because = "its identity record has the same id and forked_from_id"

    @on(SessionMetaRecorded)
    def identified(self, event: Any, at: int) -> None:
        is_own = at == self.session.identity_at and event.forked_from_id == event.session_id
        if is_own and event.history_base is None:
            self.found(at, (at, "the identity record"), subject=event.session_id, session_id=event.session_id)
