"""Whether a call needs an approval at all, before anybody is asked."""

from typing import Final, TypeAlias

import attrs

from turnfold.core.approvals.policy import Policy

UNRESTRICTED_MODES: Final = frozenset({"danger-full-access", "external-sandbox"})
"""Sandbox modes in which commands are not confined by us."""


@attrs.frozen(kw_only=True)
class CommandVerdict:
    """What the rules of the policy of commands say of one command; all empty when no rule matches it."""

    decision: str | None = None
    """`allow`, `prompt` or `forbid`; None when no rule matches."""

    reason: str | None = None
    """Justification of the strictest rule."""

    amendment: object = attrs.field(default=None, hash=False)
    """The rule that would let such commands through, as plain JSON, to be offered to the person; None: no offer."""


@attrs.frozen(kw_only=True)
class ActionFacts:
    """What the requirement depends on; the attributes of a tool's action that bear on it."""

    kind: str = "exec"
    """Kind of approval: `exec`, `patch`, `dynamic_tool`."""

    command: bool = True
    """Whether it is a command, which the policy of commands judges."""

    escalated: bool = False
    """Whether the model asks to run it outside the sandbox."""

    asks: bool | None = None
    """True: always needs approval. False: never. None: the policy says."""

    confined: bool = True
    """Whether a first attempt would be confined: the action can be, and there is a sandbox."""


@attrs.frozen(kw_only=True)
class Skip:
    """Nobody has to be asked."""

    bypass_sandbox: bool = False
    """Whether a rule vouches for the command, so that it is not confined either."""


@attrs.frozen(kw_only=True)
class NeedsApproval:
    """Somebody has to let it go first."""

    reason: str | None = None
    """Why, for whoever is asked; None when the policy alone wants it."""


@attrs.frozen(kw_only=True)
class Forbidden:
    """It may not happen, and nobody is asked."""

    reason: str
    """Why, for the model."""


Requirement: TypeAlias = Skip | NeedsApproval | Forbidden

NO_VERDICT: Final = CommandVerdict()
"""No rule matches."""


def restricted(sandbox_mode: str) -> bool:
    """Whether commands are to be confined in this mode; an unknown one is."""
    return sandbox_mode not in UNRESTRICTED_MODES


def requirement(
    policy: Policy, facts: ActionFacts, verdict: CommandVerdict, sandbox_mode: str
) -> Requirement:
    """Return whether the first attempt of a call needs an approval (requirement C1, defaults of Codex).

    A rule counts first. Then what the action says of itself. Then the policy: `untrusted` asks about
    everything, and the others about what leaves the sandbox or cannot be put into it.
    """
    if verdict.decision == "forbid":
        return Forbidden(reason=verdict.reason or "a rule of the policy of commands forbids this command")
    if verdict.decision == "prompt":
        return _by_rule(policy, verdict.reason)
    if verdict.decision == "allow" and facts.asks is not True:
        return Skip(bypass_sandbox=True)
    if facts.escalated and restricted(sandbox_mode):
        return _to_leave(policy)
    if facts.asks is not None:
        return _ask(policy, None) if facts.asks else Skip()
    if policy.word == "untrusted":
        return NeedsApproval()
    return _by_sandbox(policy, facts, sandbox_mode)


def _by_rule(policy: Policy, reason: str | None) -> Requirement:
    if policy.asks_about_rules:
        return NeedsApproval(reason=reason or "a rule of the policy of commands wants it asked about")
    return Forbidden(
        reason="a rule wants this command approved, and the approval policy "
        f"({policy.word}) lets nobody be asked because of a rule"
    )


def _by_sandbox(policy: Policy, facts: ActionFacts, sandbox_mode: str) -> Requirement:
    if not restricted(sandbox_mode):
        return Skip()
    if facts.command:
        return _command(policy, facts)
    if facts.kind == "patch":
        # A patch that stays within the writable roots; one that leaves them says itself that it asks.
        return Skip() if sandbox_mode == "workspace-write" else _ask(policy, None)
    return _ask(policy, None) if policy.reviewable else Skip()


def _to_leave(policy: Policy) -> Requirement:
    if policy.reviewable:
        return _ask(policy, None)
    return Forbidden(
        reason=f"the approval policy is {policy.word}, under which no command may ask to leave the sandbox: "
        "call it again without asking for escalated permissions"
    )


def _command(policy: Policy, facts: ActionFacts) -> Requirement:
    if facts.confined:
        return Skip()
    if policy.reviewable:
        return _ask(policy, "there is no sandbox to run it in")
    return Forbidden(
        reason=f"there is no sandbox to run this command in, and the approval policy ({policy.word}) has nobody "
        "asked beforehand: install the sandbox, or choose another sandbox mode or policy"
    )


def _ask(policy: Policy, reason: str | None) -> Requirement:
    if policy.asks_about_sandbox:
        return NeedsApproval(reason=reason)
    return Forbidden(
        reason=f"this call needs an approval, and the approval policy ({policy.word}) lets nobody be asked for it"
    )
