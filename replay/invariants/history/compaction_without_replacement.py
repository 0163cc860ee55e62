from __future__ import annotations

from typing import Any

from turnfold.events import HistoryCompacted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on

ALWAYS_WRITTEN_SINCE = (0, 104, 0)
"""The first version of which all compactions seen in real files have their replacement."""


class CompactionWithoutReplacement(
    Invariant, code="TF705", severity=Severity.SUSPICION, since="0.1.0", needs=(HistoryCompacted,)
):
    """A compaction does not say what the history was replaced by.

    ## What it checks
    From 0.104 on each `compacted` record has a `replacement_history`.

    ## Why it matters
    With the list, a resumed session goes on with exactly the history that the model was given. Without it, Codex
    rebuilds one from the user's messages and the summary, which is not the same, and must read the whole file.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t","cli_version":"0.146.0"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"compacted","payload":{"message":"so far: nothing"}}
    ```

    ## What can excuse it
    Versions before 0.104 write the summary alone and are not asked, nor is a file that does not name its version.
    All five compactions of the real files have the list. An older version may have continued a newer file.
    """

    claim = "the compaction has no replacement_history"
    because = "Codex {version} records what the history is replaced by"
    however = "another version than the one in the session_meta may have written this part of the file"

    @on(HistoryCompacted)
    def compacted(self, event: Any, at: int) -> None:
        version = self.session.profile.version
        if event.replacement_count is None and version is not None and version >= ALWAYS_WRITTEN_SINCE:
            self.found(at, (at, "the compaction"), version=".".join(map(str, version)))
