"""Rules about aborts and steering: what may still happen, and what may not be lost (TF4xx)."""

from turnfold.replay.invariants.aborts.activity_after_abort import ActivityAfterAbort

__all__ = ["ActivityAfterAbort"]
