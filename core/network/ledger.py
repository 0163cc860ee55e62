"""The ledger: what a session knows of a target. Denied comes first."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from turnfold.core.lifecycle import NetworkPhase
from turnfold.core.network.target import Target
from turnfold.core.state import State
from turnfold.events import NetworkDecisionMade


class Knowledge(Enum):
    """What the ledger says of a request."""

    DENIED = "denied"
    """Denied until the session ends."""

    APPROVED = "approved"
    """Allowed until the session ends."""

    SHARE = "share"
    """A question about it is open: its answer holds for this request too."""

    OWN = "own"
    """Nothing is known: whoever asks first owns the question."""


_KNOWN: Final[Mapping[NetworkPhase, Knowledge]] = {
    NetworkPhase.SESSION_DENIED: Knowledge.DENIED,
    NetworkPhase.SESSION_APPROVED: Knowledge.APPROVED,
    NetworkPhase.ASKING: Knowledge.SHARE,
}


def consult(state: State, target: Target) -> Knowledge:
    """Return what the session knows of *target* (D2; a target is in one phase, so a denial beats an approval)."""
    host = state.hosts.get(target.text)
    return Knowledge.OWN if host is None else _KNOWN.get(host.phase, Knowledge.OWN)


def closing_events(state: State, turn_id: str | None, message: str) -> tuple[NetworkDecisionMade, ...]:
    """Return the events that close the questions that nobody answers any more: they deny, once.

    For the actor, after a turn's terminal event and beside the dropped approvals: a question whose owner is gone
    must not look open for ever, and before the terminal event no denial may be seen that nobody gave (F6).
    """
    asked = (each.target for each in state.hosts.values() if each.phase is NetworkPhase.ASKING)
    return tuple(_denied(target, turn_id, message) for target in asked)


def _denied(text: str, turn_id: str | None, message: str) -> NetworkDecisionMade:
    """Deny the very key of the ledger: a normal form of it would name another question."""
    protocol, _, rest = text.partition("://")
    host, _, port = rest.rpartition(":")
    return NetworkDecisionMade(
        host=host,
        protocol=protocol,
        port=int(port),
        decision="deny",
        source="config",
        turn_id=turn_id,
        message=message,
    )
