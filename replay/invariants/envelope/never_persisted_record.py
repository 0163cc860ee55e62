from __future__ import annotations

from typing import Any

from turnfold.events import UnknownRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.lines.vocabulary import is_never_persisted
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.rollouts import Dialect
from turnfold.rollouts.profile import NEVER_PERSISTED
from turnfold.rollouts.record import kind_of


class NeverPersistedRecord(Invariant, code="TF114", severity=Severity.SUSPICION, since="0.1.0"):
    """The file holds a record that Codex tells its clients and keeps out of its files.

    ## What it checks
    No Codex rollout holds approval requests, hook runs, the beginnings of commands and items, deltas, warnings,
    stream errors, plan updates, turn diffs or the end of a shutdown. Of each type the first record is named.

    ## Why it matters
    Whoever wrote the line was not a released Codex, so what is known of its order does not hold for the file
    without question.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"event_msg","payload":{"type":"warning","message":"low on disk"}}
    ```

    ## What can excuse it
    A patched Codex that keeps more, a tool that merged the stream of events into the file, or a version newer than
    the newest that was studied: of such a version nothing is said. Our own logs hold these events on purpose.
    """

    claim = "the record {record} is one that Codex does not write to its files"
    because = "Codex {version} and all versions before it deliver it to clients only"
    however = "a patched Codex, or another program, may have written it"

    def begin(self) -> None:
        self._named: set[str] = set()

    @on(*NEVER_PERSISTED)
    def known(self, event: Any, at: int) -> None:
        self._name(kind_of(event).kind, at)

    @on(UnknownRecorded)
    def unknown(self, event: Any, at: int) -> None:
        if is_never_persisted(event.record_type):
            self._name(event.record_type, at)

    def _name(self, record: str, at: int) -> None:
        profile = self.session.profile
        is_codex = profile.dialect in (Dialect.CODEX, Dialect.PAGINATED) and not profile.is_newer_than_known
        if is_codex and record not in self._named:
            self._named.add(record)
            version = ".".join(map(str, profile.version)) if profile.version else "0.169"
            self.found(at, (at, "the record"), record=record, version=version)
