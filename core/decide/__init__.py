"""`decide`: what comes of a command in a state. Pure; whatever it yields, `reduce` accepts."""

from turnfold.core.decide.deciders import decide
from turnfold.core.decide.draft import Decision
from turnfold.core.decide.slot import is_aborting, next_trigger

__all__ = ["Decision", "decide", "is_aborting", "next_trigger"]
