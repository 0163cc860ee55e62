"""The network, the pure part: what a target is, what is known of it, who owns a request, what a denial does."""

from turnfold.core.network.calls import Calls, NetworkCall
from turnfold.core.network.ledger import Knowledge, closing_events, consult
from turnfold.core.network.outcomes import (
    Clear,
    Finish,
    Interrupted,
    Rejected,
    accepts,
    finish_of,
    network_decision,
    outcome_of,
)
from turnfold.core.network.target import PROTOCOLS, Target, TargetError

__all__ = [
    "Calls",
    "Clear",
    "Finish",
    "Interrupted",
    "Knowledge",
    "NetworkCall",
    "PROTOCOLS",
    "Rejected",
    "Target",
    "TargetError",
    "accepts",
    "closing_events",
    "consult",
    "finish_of",
    "network_decision",
    "outcome_of",
]
