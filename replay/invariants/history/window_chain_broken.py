from __future__ import annotations

from typing import Any

from turnfold.events import HistoryCompacted, HistoryRolledBack, TurnStarted
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on


class WindowChainBroken(
    Invariant, code="TF706", severity=Severity.SUSPICION, since="0.1.0", needs=(HistoryCompacted,)
):
    """A compaction does not continue the context window of the compaction before it.

    ## What it checks
    Where compactions name their context windows (newest versions), `previous_window_id` is the `window_id` of the
    compaction before, and `window_number` is that one's plus one.

    ## Why it matters
    A compaction is missing in between, or one was made from another history than the one in the file: then what
    the model knows is not what the file says.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"compacted","payload":{"message":"","window_id":"w1","previous_window_id":"w0","window_number":1}}
    {"timestamp":"2026-06-01T09:00:02.000Z","type":"compacted","payload":{"message":"","window_id":"w3","previous_window_id":"w2","window_number":3}}
    ```

    ## What can excuse it
    A rollback may take back the compaction before, and a fork begins windows of its own after the rows that it
    copied: both begin a new chain, and nothing is said. Records without the ids are passed over.
    """

    claim = (
        "the compaction continues window {previous} (number {number}), not {expected} (number {last_number})"
    )
    because = "the compaction before it, on line {last_at}, began window {expected}"
    however = "a compaction in between may have been lost"

    def begin(self) -> None:
        self._last: Any = None
        self._at = 0

    @on(HistoryRolledBack)
    def rolled_back(self, event: Any, at: int) -> None:
        self._last = None

    @on(TurnStarted)
    def started(self, event: Any, at: int) -> None:
        if self.session.copy_ended_at == at - 1:
            self._last = None

    @on(HistoryCompacted)
    def compacted(self, event: Any, at: int) -> None:
        last, last_at = self._last, self._at
        self._last, self._at = event, at
        if last is None or (follows(last, event) and counts_on(last, event)):
            return
        self.found(
            at,
            (last_at, "the compaction before"),
            (at, "this compaction"),
            previous=event.previous_window_id,
            number=event.window_number,
            expected=last.window_id,
            last_number=last.window_number,
            last_at=last_at,
        )


def follows(last: Any, event: Any) -> bool:
    """Whether the window of *event* comes after that of *last*, by their ids."""
    return None in (last.window_id, event.previous_window_id) or last.window_id == event.previous_window_id


def counts_on(last: Any, event: Any) -> bool:
    """The same, by their numbers."""
    return None in (last.window_number, event.window_number) or last.window_number + 1 == event.window_number
