"""Session files: finding, reading, damage, dialects."""

from turnfold.rollouts.batch import Batch
from turnfold.rollouts.damage import DAMAGE_KINDS, LOSING, Damage, DamageKind
from turnfold.rollouts.dialects import Dialect
from turnfold.rollouts.discovery import Discovery, DiscoveryError, codex_home, discover
from turnfold.rollouts.names import RolloutName, parse_name
from turnfold.rollouts.ordinals import renumbered
from turnfold.rollouts.profile import NEWEST_KNOWN, Profile, parse_version, profile_of, with_turns
from turnfold.rollouts.reader import Reader
from turnfold.rollouts.record import Record, RecordLike
from turnfold.rollouts.repair import Action, Change, Line, Note, Repair
from turnfold.rollouts.salvage import Salvaged, has_duplicate_keys, salvage
from turnfold.rollouts.source import Block, Source, SourceError, open_source, source_of

__all__ = [
    "Action",
    "Batch",
    "Block",
    "Change",
    "DAMAGE_KINDS",
    "Damage",
    "DamageKind",
    "Dialect",
    "Discovery",
    "DiscoveryError",
    "LOSING",
    "Line",
    "NEWEST_KNOWN",
    "Note",
    "Profile",
    "Reader",
    "Record",
    "RecordLike",
    "Repair",
    "RolloutName",
    "Salvaged",
    "Source",
    "SourceError",
    "codex_home",
    "discover",
    "has_duplicate_keys",
    "open_source",
    "parse_name",
    "parse_version",
    "profile_of",
    "renumbered",
    "salvage",
    "source_of",
    "with_turns",
]
