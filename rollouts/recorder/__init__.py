"""The recorder: a journal that writes our own log, in a form that the real Codex resumes."""

from turnfold.rollouts.recorder.wire import lines_of

__all__ = ["lines_of"]
