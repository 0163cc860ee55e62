"""The recorder: a journal that writes our own log, in a form that the real Codex resumes."""

from turnfold.rollouts.recorder.files import FileOps, SystemFiles
from turnfold.rollouts.recorder.places import session_path
from turnfold.rollouts.recorder.recorder import Durability, Recorder, RecordingError
from turnfold.rollouts.recorder.wire import lines_of

__all__ = [
    "Durability",
    "FileOps",
    "Recorder",
    "RecordingError",
    "SystemFiles",
    "lines_of",
    "session_path",
]
