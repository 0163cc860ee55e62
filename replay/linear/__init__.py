"""Linearizability: whether concurrent calls were answered as if each took effect at one moment within it."""

from turnfold.replay.linear.calls import Call, Calls, Raised

__all__ = [
    "Call",
    "Calls",
    "Raised",
]
