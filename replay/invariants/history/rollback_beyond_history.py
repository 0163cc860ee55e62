from __future__ import annotations

from typing import Any

from turnfold.events import HistoryRolledBack, ItemCompleted, MailRecorded, TurnStarted, UserInputRecorded
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on
from turnfold.rollouts import Dialect


class RollbackBeyondHistory(
    Invariant,
    code="TF703",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(HistoryRolledBack, TurnStarted, UserInputRecorded),
):
    """A rollback takes back more turns than the session has.

    ## What it checks
    The `num_turns` of a `thread_rolled_back` is not larger than the number of turns with input of the user (or
    mail of another agent) that are left at that point. Rolled-back turns do not count again.

    ## Why it matters
    The client that asked had another picture of the session than the one that answered. All readers take back
    everything then, which is perhaps more than the user wanted.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t","cli_version":"0.146.0"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"thread_rolled_back","num_turns":2}}
    ```

    ## What can excuse it
    Nothing is said of a file that continues an earlier segment, or of a paginated fork: turns before it are in
    another file. A client may ask for many turns on purpose, to begin anew.
    """

    claim = "the rollback takes back {num_turns} turns of {available}"
    because = "up to here {available} turn(s) with input were recorded and not taken back yet"
    however = "the client may have meant all of them"

    def begin(self) -> None:
        self._turns = 0
        self._counted_at = -1

    @on(UserInputRecorded, MailRecorded)
    def input(self, event: Any, at: int) -> None:
        turn = self.session.turn
        if turn is None:
            self._turns += 1
        elif turn.at != self._counted_at:
            self._counted_at = turn.at
            self._turns += 1

    @on(ItemCompleted)
    def item(self, event: Any, at: int) -> None:
        if event.item_type == "UserMessage":
            self.input(event, at)

    @on(HistoryRolledBack)
    def rolled_back(self, event: Any, at: int) -> None:
        wanted, available = event.num_turns or 0, self._turns
        self._turns = max(0, available - wanted)
        if wanted > available and not self._begins_elsewhere():
            self.found(at, (at, "the rollback"), num_turns=wanted, available=available)

    def _begins_elsewhere(self) -> bool:
        """Whether turns of this session may be in another file."""
        meta = self.session.identity
        is_paginated = self.session.profile.dialect is Dialect.PAGINATED
        return meta is None or meta.history_base is not None or (is_paginated and bool(meta.forked_from_id))
