"""What a decision about the network does to the call that wanted it."""

from typing import Final, TypeAlias

import attrs

from turnfold.core.approvals import (
    CONFIG,
    GOES,
    REJECTED_BY_USER,
    REVIEWER,
    TOOL_INTERRUPTED,
    Ruling,
    network_action,
)

DENIED_BY_USER: Final = "denied_by_user"
DENIED_BY_POLICY: Final = "denied_by_policy"
INTERRUPTED: Final = "interrupted"

_FINAL: Final = frozenset({DENIED_BY_USER, INTERRUPTED})


@attrs.frozen
class Clear:
    """Nothing was denied to the call: its result stands."""


@attrs.frozen
class Rejected:
    """The call is rejected, whatever its command did."""

    text: str
    """What the model is told."""


@attrs.frozen
class Interrupted:
    """The call ends with the turn that was interrupted because of it."""

    text: str = TOOL_INTERRUPTED
    """What the log calls it."""


Finish: TypeAlias = Clear | Rejected | Interrupted
"""What a call's network access comes to when the call finishes (D5)."""


def accepts(current: str | None) -> bool:
    """Whether an outcome may still take the place of *current* (D4).

    What the user denied and what was interrupted is final. A denial by policy may be replaced, by another one too.
    """
    return current not in _FINAL


def finish_of(outcome: str | None, message: str | None) -> Finish:
    """Return what an outcome does to its call (D5).

    A reviewer denies in the user's place, so its outcome is the user's, but its message is what the model is told.
    """
    if outcome is None:
        return Clear()
    if outcome == INTERRUPTED:
        return Interrupted()
    return Rejected(message or REJECTED_BY_USER)


def network_decision(ruling: Ruling) -> str:
    """Return which of `events.NETWORK_DECISIONS` a ruling comes to; one that nobody knows denies once."""
    if ruling.decision == "network_policy_amendment":
        return "allow_session" if network_action(ruling.amendment) == "allow" else "deny_session"
    if ruling.decision == "approved_for_session":
        return "allow_session"
    return "allow_once" if ruling.decision in GOES else "deny"


def outcome_of(ruling: Ruling) -> tuple[str, str | None]:
    """Return outcome and message that a ruling that denies leaves with the owning call (D3).

    A hook's denial is one of the policy and has the hook's message. The user's and the reviewer's is the user's;
    only the reviewer's message reaches the model.
    """
    if ruling.interrupt:
        return INTERRUPTED, ruling.message
    if ruling.source == CONFIG:
        return DENIED_BY_POLICY, ruling.message
    return DENIED_BY_USER, ruling.message if ruling.source == REVIEWER else None
