"""What was decided about one attempt, by whom, and the one place that turns it into action."""

from collections.abc import Mapping
from typing import Final, TypeAlias, cast

import attrs

REJECTED_BY_USER: Final = "rejected by user"
"""What a denied call tells the model when nobody gave a better text."""

TOOL_INTERRUPTED: Final = "tool interrupted"
"""What an interrupted call is called in the log."""

CONFIG: Final = "config"
REVIEWER: Final = "automated_reviewer"
USER: Final = "user"

GOES: Final = frozenset({"approved", "approved_for_session", "approved_execpolicy_amendment"})
"""Decisions that let an attempt go, whatever came with them."""

_CLIENT_WORDS: Final[Mapping[str, str]] = {
    "accept": "approved",
    "acceptForSession": "approved_for_session",
    "acceptWithExecpolicyAmendment": "approved_execpolicy_amendment",
    "applyNetworkPolicyAmendment": "network_policy_amendment",
    "decline": "denied",
    "cancel": "abort",
}


@attrs.frozen(kw_only=True)
class Ruling:
    """A decision about one attempt of a call."""

    decision: str
    """One of `events.REVIEW_DECISIONS`."""

    source: str
    """`config` (policy or hook), `automated_reviewer` or `user`."""

    message: str | None = None
    """Text of who denied."""

    interrupt: bool = False
    """Whether the denial ends the turn: a hook that says so, or a reviewer that denied too often."""

    warning: str | None = None
    """What the user is told before the turn is interrupted."""

    amendment: object = attrs.field(default=None, hash=False)
    """Rule that came with the decision, as plain JSON."""


@attrs.frozen
class Go:
    """The attempt happens."""


@attrs.frozen
class Rejected:
    """The attempt does not happen; the turn goes on."""

    text: str
    """What the model is told."""


@attrs.frozen
class Interrupted:
    """Neither the attempt nor the rest of the turn happens."""

    by: str
    """Who ends the turn: `hook` or `reviewer`."""


Effect: TypeAlias = Go | Rejected | Interrupted

APPROVED_BY_CONFIG: Final = Ruling(decision="approved", source=CONFIG)
"""The decision about an attempt that nobody had to be asked about (C1)."""


def enforce(ruling: Ruling) -> Effect:
    """Return what becomes of an attempt, the first and the retry alike (requirements C3, C4).

    A decision that nobody knows denies.
    """
    if ruling.interrupt:
        return Interrupted("hook" if ruling.source == CONFIG else "reviewer")
    if ruling.decision in GOES:
        return Go()
    if ruling.decision == "network_policy_amendment":
        return Go() if network_action(ruling.amendment) == "allow" else Rejected(REJECTED_BY_USER)
    if ruling.decision == "timed_out":
        return Rejected(ruling.message or review_timed_out())
    # What the user types beside a denial is kept in the log, and does not replace the text that models know.
    return Rejected((ruling.source != USER and ruling.message) or REJECTED_BY_USER)


def core_decision(word: str) -> str:
    """Return the decision of the core for the word of an app-server client; every other word as it is."""
    return _CLIENT_WORDS.get(word, word)


def network_action(amendment: object) -> object:
    """Return the `action` of a network amendment, `{"host", "action"}`; None when it has none."""
    if not isinstance(amendment, Mapping):
        return None
    return cast("Mapping[object, object]", amendment).get("action")


def review_denied(rationale: str | None) -> str:
    """Return what the model is told when the automated reviewer denies a call."""
    why = f" Its reason: {rationale.strip()}" if rationale and rationale.strip() else ""
    return (
        "The automated reviewer rejected this call as too risky."
        f"{why} Do not try to reach the same result by a detour, through another tool or a reworded command. "
        "Go on in a way that is clearly safer, or stop and ask the user."
    )


def review_timed_out() -> str:
    """Return what the model is told when the automated reviewer did not answer in time."""
    return (
        "The automated reviewer gave no answer in time, so this call was not run. That says nothing about its "
        "risk: try it once more, or ask the user."
    )
