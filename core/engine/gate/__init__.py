"""The exec gate: commands that are run inside a call's shell are stopped and judged before they run."""

from turnfold.core.engine.gate.gate import STRAY, Gate, open_gate
from turnfold.core.engine.gate.interception import CANCELLED, CHOICES, DENIED, Interception
from turnfold.core.engine.gate.messages import Answer, BadWish, Wish
from turnfold.core.engine.gate.stopwatch import Stopwatch
from turnfold.core.engine.gate.wrappers import Wrappers

__all__ = [
    "Answer",
    "BadWish",
    "CANCELLED",
    "CHOICES",
    "DENIED",
    "Gate",
    "Interception",
    "STRAY",
    "Stopwatch",
    "Wish",
    "Wrappers",
    "open_gate",
]
