"""Linearizability: whether concurrent calls were answered as if each took effect at one moment within it."""

from turnfold.replay.linear.calls import Call, Calls, Raised
from turnfold.replay.linear.model import HALFWAY, Model
from turnfold.replay.linear.search import EFFORT, linearize
from turnfold.replay.linear.session import SessionModel, check_session
from turnfold.replay.linear.verdicts import (
    GaveUp,
    Linearization,
    Moment,
    NotLinearizable,
    Stuck,
    Verdict,
)

__all__ = [
    "Call",
    "Calls",
    "EFFORT",
    "GaveUp",
    "HALFWAY",
    "Linearization",
    "Model",
    "Moment",
    "NotLinearizable",
    "Raised",
    "SessionModel",
    "Stuck",
    "Verdict",
    "check_session",
    "linearize",
]
