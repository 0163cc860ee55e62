from __future__ import annotations

from typing import Any

from turnfold.events import SessionMetaRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ParentMetaMismatch(
    Invariant, code="TF708", severity=Severity.SUSPICION, since="0.1.0", needs=(SessionMetaRecorded,)
):
    """A fork holds the rows of another session than the one it says it was forked from.

    ## What it checks
    The first identity record that a fork copied has the id in its own `forked_from_id`. In a fork of a fork the
    record of the grandparent comes after it.

    ## Why it matters
    The copied rows are the model's past. If they are another session's, the fork continues a conversation that its
    user never had.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t","forked_from_id":"u"}}
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"v"}}
    ```

    ## What can excuse it
    Migrated and paginated forks keep no copied identity record, and old ones do not say what they were forked
    from: both are not asked. A tool that rewrote ids may have missed one of the two.
    """

    claim = "the fork says it is of session {forked_from_id}, but the rows it copied are of {copied_id}"
    because = "line {identity_at} names the one, and the first copied identity record the other"
    however = "a tool may have given new ids and missed one"

    def begin(self) -> None:
        self._is_settled = False

    @on(SessionMetaRecorded)
    def identified(self, event: Any, at: int) -> None:
        session = self.session
        meta = session.identity
        if self._is_settled or not session.in_copy or event.session_id == meta.session_id:
            return
        self._is_settled = True
        if meta.forked_from_id is not None and event.session_id != meta.forked_from_id:
            self.found(
                at,
                (session.identity_at, "the fork's identity"),
                (at, "the first copied identity"),
                subject=meta.session_id,
                forked_from_id=meta.forked_from_id,
                copied_id=event.session_id,
                identity_at=session.identity_at,
            )
