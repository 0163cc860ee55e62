"""The session as a list of meaningful entries, with the findings of the rules between them."""

from turnfold.replay.timeline.entries import Entry, EntryKind, Told
from turnfold.replay.timeline.fold import IDLE_S, TimelineFold
from turnfold.replay.timeline.weave import timeline

__all__ = ["Entry", "EntryKind", "IDLE_S", "TimelineFold", "Told", "timeline"]
