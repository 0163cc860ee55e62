"""Approvals that hold until the session ends: a fold over questions and their answers."""

from collections.abc import Iterable

import attrs

from turnfold.core.approvals.ruling import core_decision
from turnfold.events import ApprovalResolved


@attrs.frozen
class SessionApprovals:
    """What the user approved for the session. A session begins with an empty one, a resumed session too."""

    keys: frozenset[str] = frozenset()
    """Keys that were approved."""

    def allows(self, keys: Iterable[str]) -> bool:
        """Whether every one of *keys* was approved; an action without keys is never held to be."""
        wanted = frozenset(keys)
        return bool(wanted) and wanted <= self.keys

    def resolved(self, keys: Iterable[str], answer: ApprovalResolved) -> "SessionApprovals":
        """Return the approvals after *answer* to a question about *keys*.

        Only `approved_for_session` adds to them: every other answer holds for the one attempt.
        """
        if core_decision(answer.decision) != "approved_for_session":
            return self
        return SessionApprovals(self.keys | frozenset(keys))
