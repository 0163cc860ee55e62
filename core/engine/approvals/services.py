"""What the orchestrator needs besides the desk: the terms of the turn, and the services of the session."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import attrs

from turnfold.core.approvals import CommandVerdict, Policy, SessionApprovals, routes_to_reviewer
from turnfold.core.engine.approvals.reviews import Reviews
from turnfold.core.engine.ports import Action, Desk, NetworkLease, Sandbox


class AmendmentFailed(Exception):
    """A rule that came with an approval could not be kept; the text says why, with file and remedy."""


class HookVerdict(Protocol):
    """What the PermissionRequest hooks of one request come to, folded."""

    @property
    def decision(self) -> str | None:
        """`allow`, `deny`, or None when no hook decides."""
        ...

    @property
    def message(self) -> str | None:
        """Text of the hook that denied."""
        ...

    @property
    def interrupt(self) -> bool:
        """Whether it wants the turn interrupted."""
        ...


class PermissionHooks(Protocol):
    """Runs PermissionRequest hooks, and records their starts, ends and the fold by the desk."""

    async def permission(
        self, desk: Desk, *, command: str, description: str | None, suffix: str, call_id: str
    ) -> HookVerdict:
        """Run all matching hooks to their end. Without one it records nothing and decides nothing.

        *suffix* ends the run ids. It does not begin an abort: the orchestrator does, after its own record.
        """
        ...


class CommandPolicy(Protocol):
    """The rules of the policy of commands."""

    def judge(self, argv: Sequence[str]) -> CommandVerdict:
        """Return what the rules say of a command; an empty verdict when none matches."""
        ...


class RuleSink(Protocol):
    """Keeps rules that a person accepted."""

    async def add(self, amendment: object) -> None:
        """Make the rule durable and effective. Raises AmendmentFailed."""
        ...


class NetworkAccess(Protocol):
    """The network service, as a call registers with it (D1)."""

    def lease(
        self, desk: Desk, call_id: str, command: str | None, mode: str
    ) -> AbstractAsyncContextManager[NetworkLease]:
        """Register an attempt; leaving the context ends the registration.

        For mode `immediate` leaving it raises ToolFailed or ToolInterrupted when the outcome is one (D5).
        """
        ...


@attrs.frozen(kw_only=True)
class Terms:
    """The terms on which the calls of one turn run; fixed when it starts."""

    policy: Policy
    """When a person may be asked."""

    sandbox_mode: str = "workspace-write"
    """`read-only`, `workspace-write`, `danger-full-access` or `external-sandbox`."""

    sandbox: Sandbox | None = None
    """What confines commands; None when the mode wants none, or there is none on this machine."""

    approvals_reviewer: str = "user"
    """`user`, or `auto_review` for the automated reviewer in the user's place."""

    strict: bool = False
    """Whether a retry without sandbox is asked about even if the first attempt was approved."""

    profile: str = "seed"
    """One of `core.approvals.PROFILES`."""

    @property
    def routed(self) -> bool:
        """Whether the automated reviewer is asked instead of the user."""
        return routes_to_reviewer(self.policy, self.approvals_reviewer)

    def confine(self, action: Action) -> Sandbox | None:
        """Return the sandbox that a first attempt runs in; None when it is not confined."""
        return self.sandbox if action.sandboxed else None


class Memory:
    """What the session remembers of approvals as long as its process lives (ordering fact: not across a resume)."""

    def __init__(self) -> None:
        self.approvals = SessionApprovals()
        """What was approved for the session."""


@attrs.frozen(kw_only=True)
class Services:
    """The services of one session. What is absent has no say: no hooks, no rules, no reviewer, no network."""

    hooks: PermissionHooks | None = None
    """PermissionRequest hooks."""

    reviews: Reviews | None = None
    """The automated reviewer; a turn that is routed to none asks the user."""

    commands: CommandPolicy | None = None
    """Rules for commands."""

    rules: RuleSink | None = None
    """Where accepted rules go."""

    network: NetworkAccess | None = None
    """The network service."""

    memory: Memory = attrs.field(factory=Memory)
    """What was approved for the session."""
