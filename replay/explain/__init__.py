"""Why a turn ended as it did: an answer, and the causal chain of records behind it."""

from turnfold.replay.explain.endings import Ending
from turnfold.replay.explain.explain import explain
from turnfold.replay.explain.explanation import Certainty, Explanation, Step, Unknown

__all__ = ["Certainty", "Ending", "Explanation", "Step", "Unknown", "explain"]
