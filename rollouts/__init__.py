"""Session files: finding, reading, damage, dialects."""

from turnfold.rollouts.damage import DAMAGE_KINDS, Damage, DamageKind
from turnfold.rollouts.dialects import Dialect
from turnfold.rollouts.profile import NEWEST_KNOWN, Profile, parse_version, profile_of
from turnfold.rollouts.reader import Batch, Reader
from turnfold.rollouts.record import Record, RecordLike
from turnfold.rollouts.source import Block, Source, SourceError, open_source

__all__ = [
    "Batch",
    "Block",
    "DAMAGE_KINDS",
    "Damage",
    "DamageKind",
    "Dialect",
    "NEWEST_KNOWN",
    "Profile",
    "Reader",
    "Record",
    "RecordLike",
    "Source",
    "SourceError",
    "open_source",
    "parse_version",
    "profile_of",
]
