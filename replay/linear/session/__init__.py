"""The sequential model of a session at the level of its clients."""

from turnfold.replay.linear.session.specification import (
    OPERATIONS,
    SessionModel,
    check_session,
)
from turnfold.replay.linear.session.standing import IDLE, Standing

__all__ = [
    "IDLE",
    "OPERATIONS",
    "SessionModel",
    "Standing",
    "check_session",
]
