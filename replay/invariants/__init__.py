"""The rules of order, one module each, by families of hundreds.

Importing this package enters every rule in the book (`registry`).
"""

from turnfold.replay.invariants import (
    aborts,
    approvals,
    calls,
    envelope,
    history,
    hooks,
    lines,
    tokens,
    turns,
)
from turnfold.replay.invariants.registry import Invariant, OrderRule, on, registry

__all__ = [
    "Invariant",
    "OrderRule",
    "aborts",
    "approvals",
    "calls",
    "envelope",
    "history",
    "hooks",
    "lines",
    "on",
    "registry",
    "tokens",
    "turns",
]
