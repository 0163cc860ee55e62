from __future__ import annotations

from typing import Any

from turnfold.events import SessionMetaRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.rollouts import parse_name


class FileNameMismatch(
    Invariant, code="TF102", severity=Severity.SUSPICION, since="0.1.0", needs=(SessionMetaRecorded,)
):
    """The file is named after another session than the one in it.

    ## What it checks
    A name like `rollout-<time>-<thread>.jsonl` or `rollout-<time>-<thread>_<segment>.jsonl` has the id of the first
    `session_meta`. Other names are not asked.

    ## Why it matters
    Codex finds a session by the id in the name of its file and then trusts the id inside: a resume would continue
    one session in the file of another.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"another-session"}}
    ```

    ## What can excuse it
    Somebody copied or renamed the file by hand.
    """

    claim = "the file is named after session {named}, but holds session {session_id}"
    because = "its identity record, on line {at}, says {session_id}"
    however = "the file may have been renamed or copied by hand"

    @on(SessionMetaRecorded)
    def identified(self, event: Any, at: int) -> None:
        if at != self.session.identity_at:
            return
        name = parse_name(self.session.file)
        if name is None or event.session_id.lower() in (name.thread_id.lower(), (name.segment or "").lower()):
            return
        self.found(at, (at, "the identity record"), named=name.thread_id, session_id=event.session_id, at=at)
