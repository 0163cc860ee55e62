from __future__ import annotations

from typing import Any

from turnfold.events import SessionMetaRecorded, TurnStarted, UserInputRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class ForeignSessionMeta(
    Invariant, code="TF115", severity=Severity.SUSPICION, since="0.1.0", needs=(SessionMetaRecorded,)
):
    """In the middle of the file stands the identity record of a session that is not among its ancestors.

    ## What it checks
    A `session_meta` after the first input or turn has the id of the session, or one that was named in the head of
    the file, where a fork has its ancestors.

    ## Why it matters
    The lines after it may be another session's: two files were joined, or two sessions wrote to one file. Codex
    goes on as if it were not there.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"a"}}
    {"timestamp":"2026-06-01T09:00:02.000Z","type":"session_meta","payload":{"id":"u"}}
    ```

    ## What can excuse it
    Copies of the ancestors' records in the head of a fork, and the session's own record written anew after a
    change of its metadata, are legal and are not named. A record that only looks foreign because the head of the
    file is lost comes with damage there.
    """

    claim = "the record is the identity of session {other_id}, in the file of session {session_id}"
    because = (
        "the file is session {session_id}'s since line {identity_at}, and {other_id} is none of its ancestors"
    )
    however = "two files may have been joined by hand"

    def begin(self) -> None:
        self._family: set[str] = set()
        self._in_head = True

    @on(TurnStarted, UserInputRecorded)
    def began(self, event: Any, at: int) -> None:
        self._in_head = False

    @on(SessionMetaRecorded)
    def identified(self, event: Any, at: int) -> None:
        session = self.session
        is_relative = self._in_head or at == session.identity_at or event.session_id in self._family
        self._family.add(event.session_id)
        if not is_relative:
            self.found(
                at,
                (session.identity_at, "the identity of the file"),
                (at, "another identity"),
                other_id=event.session_id,
                session_id=session.identity.session_id,
                identity_at=session.identity_at,
            )
