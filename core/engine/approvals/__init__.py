"""Approvals at work: the orchestrator of a tool call, the automated reviewer, and what they need of others."""

from turnfold.core.engine.approvals.orchestrator import orchestrate
from turnfold.core.engine.approvals.reviews import REVIEW_TIMEOUT_S, Reviews
from turnfold.core.engine.approvals.services import (
    AmendmentFailed,
    CommandPolicy,
    HookVerdict,
    Memory,
    NetworkAccess,
    PermissionHooks,
    RuleSink,
    Services,
    Terms,
)

__all__ = [
    "AmendmentFailed",
    "CommandPolicy",
    "HookVerdict",
    "Memory",
    "NetworkAccess",
    "PermissionHooks",
    "REVIEW_TIMEOUT_S",
    "Reviews",
    "RuleSink",
    "Services",
    "Terms",
    "orchestrate",
]
