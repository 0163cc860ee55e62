from __future__ import annotations

from typing import Any

from turnfold.events import CompactionNoted, HistoryCompacted, TurnCompleted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.rollouts import Dialect


class CompactionUnnoted(
    Invariant,
    code="TF713",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(HistoryCompacted, CompactionNoted, TurnCompleted),
):
    """Of a compaction and its notice to the user, one is missing.

    ## What it checks
    In files with turns (0.104 on) a `compacted` record is followed by `context_compacted` before its turn
    completes, and each `context_compacted` has a `compacted` record before it.

    ## Why it matters
    A notice without a compaction tells of a history that was replaced, and the file does not say by what: a
    resumed session has the old one. A compaction without a notice failed half-way.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t","cli_version":"0.146.0"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"context_compacted"}}
    ```

    ## What can excuse it
    The turn was aborted between the two, or the file ends there. Paginated files have an item in place of the
    notice and are not asked. In the real files all four compactions have their notice, up to three lines on.
    """

    claim = "{present} without {absent}"
    because = "the one is on line {at}, and up to {until} there is no other"
    however = "a write may have failed, or a line been lost"

    def begin(self) -> None:
        self._at = 0

    @on(HistoryCompacted)
    def compacted(self, event: Any, at: int) -> None:
        self._at = at

    @on(CompactionNoted)
    def noted(self, event: Any, at: int) -> None:
        if not self._at:
            self._miss(at, "a notice of a compaction", "the compaction", "it")
        self._at = 0

    @on(TurnCompleted)
    def completed(self, event: Any, at: int) -> None:
        if self._at:
            self._miss(self._at, "a compaction", "its notice", f"the end of the turn on line {at}")
        self._at = 0

    def _miss(self, at: int, present: str, absent: str, until: str) -> None:
        if self.session.profile.dialect is Dialect.CODEX and not self.session.in_copy:
            self.found(at, (at, present), at=at, present=present, absent=absent, until=until)
