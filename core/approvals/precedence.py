"""Who is asked about an attempt, in which order, and when a retry has to be asked about."""

from enum import Enum
from typing import Final

import attrs

from turnfold.core.approvals.policy import Policy
from turnfold.core.approvals.ruling import CONFIG, Ruling

AUTO_REVIEW: Final = frozenset({"auto_review", "guardian_subagent"})
"""Values of the setting `approvals_reviewer` that route to the automated reviewer; the other is `user`."""

PROFILES: Final = ("seed", "codex")
"""`seed`: a hook's allow is enough for a retry. `codex`: as the released Codex, where it never is."""


class HookSay(Enum):
    """What hooks may decide about an attempt."""

    NOTHING = "nothing"
    """They are not run."""

    DENY = "deny"
    """A denial counts, an allow does not."""

    ALL = "all"
    """Both count."""


@attrs.frozen(kw_only=True)
class Judges:
    """Who judges one attempt: hooks first, and if they do not decide, exactly one other (C1)."""

    hooks: HookSay
    """What hooks may say."""

    reviewer: bool
    """Whether the automated reviewer comes after them, instead of the user."""


def routes_to_reviewer(policy: Policy, approvals_reviewer: str) -> bool:
    """Whether the automated reviewer is asked in the user's place: under on-request and granular only."""
    return policy.reviewable and approvals_reviewer in AUTO_REVIEW


def judges(*, payload: bool, routed: bool, attempt: int, profile: str = "seed") -> Judges:
    """Return who judges an attempt. *payload*: whether hooks can be told of the action (C5)."""
    if not payload:
        return Judges(hooks=HookSay.NOTHING, reviewer=routed)
    deny_only = attempt > 1 and profile == "codex"
    return Judges(hooks=HookSay.DENY if deny_only else HookSay.ALL, reviewer=routed)


def hook_ruling(say: HookSay, decision: str | None, message: str | None, *, interrupt: bool) -> Ruling | None:
    """Return what the folded hooks decide; None when the next judge has to be asked."""
    if decision == "deny" and say is not HookSay.NOTHING:
        return Ruling(decision="denied", source=CONFIG, message=message, interrupt=interrupt)
    if decision == "allow" and say is HookSay.ALL:
        return Ruling(decision="approved", source=CONFIG)
    return None


def may_retry(policy: Policy, kind: str) -> bool:
    """Whether a call that the sandbox stopped may be tried once more without it (C2).

    Under `never` nothing leaves the sandbox. Under `on-request` the model has to ask for it with a new call;
    only a patch, which cannot ask, is retried.
    """
    if policy.word == "on-request":
        return kind == "patch"
    return policy.asks_about_sandbox


def retry_needs_approval(first: Ruling | None, *, strict: bool = False, profile: str = "seed") -> bool:
    """Whether somebody has to be asked about the retry.

    *first* is the ruling about the first attempt, None when nobody was asked about it. What was approved once
    is not asked about again, unless *strict*; in the profile `codex` a hook's allow does not reach that far.
    """
    if first is None or strict:
        return True
    return profile == "codex" and first.source == CONFIG
