from __future__ import annotations

from typing import Any

from turnfold.events import SessionMetaRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.checker import CheckedRule
from turnfold.replay.invariants.envelope.checks import EnvelopeBreak, Envelopes
from turnfold.replay.invariants.registry import on


class MissingSessionMeta(
    CheckedRule, code="TF101", severity=Severity.VIOLATION, since="0.1.0", needs=(SessionMetaRecorded,)
):
    """The file does not begin with the identity of its session.

    ## What it checks
    The first record of a file is `session_meta` (in the bare files of 2025 the header line).

    ## Why it matters
    Which session the lines belong to, which version wrote them and whether they are a fork is said there and
    nowhere else. Codex refuses to append to a paginated file that "does not start with session metadata", and
    takes the first one it meets, which may be another session's, as the identity.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"task_started","turn_id":"a"}}
    ```

    ## What can excuse it
    Something unreadable stands on the lines before the first record: then it was perhaps the identity, and this is
    a suspicion only. Captures of the app-server begin with a handshake and are not asked.
    """

    checker = Envelopes
    explains = EnvelopeBreak.FIRST_IS_NO_META

    rests_on_absence = True
    claim = "the file does not begin with its session_meta"
    because = "the first record is on line {first_at} and is no session_meta; {where}"
    however = "the head of the file may have been lost or cut off"

    def begin(self) -> None:
        self._first_at = 0

    def broken(self, at: int, *witnesses: tuple[int, str], subject: str | None = None, **facts: Any) -> None:
        payload = facts["payload"]
        if not str(getattr(payload, "record_type", "")).startswith("session_meta"):  # else it is malformed
            self._first_at = at

    @on(SessionMetaRecorded)
    def identified(self, event: Any, at: int) -> None:
        if self._first_at:
            self._tell((at, "the session_meta"), where=f"one follows on line {at}")

    def finish(self, at: int) -> None:
        if self._first_at:
            self._tell(where="no other line is one")

    def _tell(self, *further: tuple[int, str], where: str) -> None:
        first_at, self._first_at = self._first_at, 0
        severity = Severity.SUSPICION if first_at > 1 else None
        self.found(
            first_at,
            (first_at, "the first record"),
            *further,
            severity=severity,
            first_at=first_at,
            where=where,
        )
