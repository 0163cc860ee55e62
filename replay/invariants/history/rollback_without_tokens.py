from __future__ import annotations

from typing import Any

from turnfold.events import HistoryRolledBack, TokenUsageReported
from turnfold.replay.findings import Severity
from turnfold.replay.invariants.registry import Invariant, on

ROLLBACKS_SINCE = (0, 137, 0)
"""The first version with rollbacks in real files."""


class RollbackWithoutTokens(
    Invariant,
    code="TF710",
    severity=Severity.SUSPICION,
    since="0.1.0",
    needs=(HistoryRolledBack, TokenUsageReported),
    implied_by=("TF111",),
):
    """A rollback is recorded without counting the tokens that are left.

    ## What it checks
    Between the end of the last turn, or the last rollback, and a `thread_rolled_back` there is a `token_count`.

    ## Why it matters
    Codex counts anew what the shorter history takes up before it records the rollback. Without that, whoever
    reads the file believes the context window to be fuller than it is, and compacts too early.

    ## Example
    ```jsonl
    {"timestamp":"2026-06-01T09:00:00.000Z","type":"session_meta","payload":{"id":"t","cli_version":"0.146.0"}}
    {"timestamp":"2026-06-01T09:00:01.000Z","type":"event_msg","payload":{"type":"thread_rolled_back","num_turns":1}}
    ```

    ## What can excuse it
    Versions before 0.137 are not asked, nor is a file that does not name its version. The rows that a fork copied
    may be cut between the two.
    """

    claim = "the rollback comes without a token_count before it"
    because = "Codex {version} counts the tokens that are left and then records the rollback"
    however = "another version than the one in the session_meta may have written this part of the file"

    def begin(self) -> None:
        self._rollback_at = 0

    @on(HistoryRolledBack)
    def rolled_back(self, event: Any, at: int) -> None:
        session = self.session
        last, version = session.last, session.profile.version
        since = max(self._rollback_at, last.ended_at if last else 0)
        self._rollback_at = at
        if (
            version is not None
            and version >= ROLLBACKS_SINCE
            and session.last_of(TokenUsageReported) <= since
        ):
            witnesses = [(since, "what was last recorded before")] if since else []
            text = ".".join(map(str, version))
            self.found(at, *witnesses, (at, "the rollback"), subject=f"line {at}", version=text)
