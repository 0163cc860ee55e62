from __future__ import annotations

from typing import Any

from turnfold.events import UnknownRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.lines.vocabulary import is_known
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.rollouts import DAMAGE_KINDS, Dialect

KIND = DAMAGE_KINDS["TF014"]


class UnknownRecordType(Invariant, code="TF014", severity=Severity.DAMAGE, since="0.1.0"):
    """A record has a type that the Codex which wrote the file does not have.

    ## What it checks
    The `type` of each record, and the tag of its payload, against all that Codex is known to write up to 0.169. The
    version is the one that the file's `session_meta` names.

    ## Why it matters
    Nobody knows what the record would have said: it may have been the end of a turn. What is concluded from the
    records around it is concluded without it.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t","cli_version":"0.146.0"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"task_vanished"}}
    ```

    ## What can excuse it
    A version newer than the newest that was studied may have new types, so there nothing is said; nor is it where
    the file does not name its version. Records of type `turnfold` are ours. A patched Codex may write more.
    """

    claim = "the record type {record_type} is not one that Codex {version} writes"
    because = "all types up to that version are known, and this is none of them"
    however = "a patched Codex, or another program, may have added the line"

    @on(UnknownRecorded)
    def unknown(self, event: Any, at: int) -> None:
        profile = self.session.profile
        if profile.version is None or profile.is_newer_than_known or profile.dialect is Dialect.OWN:
            return
        is_damage = event.record_type == "None"  # an object without a type is no record, and named as that
        is_ours = event.record_version is not None
        if is_ours or is_damage or is_known(event.record_type):
            return
        version = ".".join(map(str, profile.version))
        self.found(
            at,
            (at, "the record"),
            record_type=event.record_type,
            version=version,
            message=self.claim.format(record_type=event.record_type, version=version),
            remedy=KIND.remedy,
        )
