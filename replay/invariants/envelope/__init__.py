"""TF1xx: identity, times, ordinals and sequence numbers, and the settings of a turn."""

from turnfold.replay.invariants.envelope.clock_went_backwards import ClockWentBackwards
from turnfold.replay.invariants.envelope.context_of_other_turn import ContextOfOtherTurn
from turnfold.replay.invariants.envelope.event_out_of_place import EventOutOfPlace
from turnfold.replay.invariants.envelope.file_name_mismatch import FileNameMismatch
from turnfold.replay.invariants.envelope.first_ordinal_not_zero import FirstOrdinalNotZero
from turnfold.replay.invariants.envelope.foreign_session_meta import ForeignSessionMeta
from turnfold.replay.invariants.envelope.invalid_timestamp import InvalidTimestamp
from turnfold.replay.invariants.envelope.malformed_turn_context import MalformedTurnContext
from turnfold.replay.invariants.envelope.missing_session_meta import MissingSessionMeta
from turnfold.replay.invariants.envelope.never_persisted_record import NeverPersistedRecord
from turnfold.replay.invariants.envelope.ordinal_gap import OrdinalGap
from turnfold.replay.invariants.envelope.ordinal_missing import OrdinalMissing
from turnfold.replay.invariants.envelope.ordinal_regressed import OrdinalRegressed
from turnfold.replay.invariants.envelope.ordinal_repeated import OrdinalRepeated
from turnfold.replay.invariants.envelope.ordinals_begin_late import OrdinalsBeginLate
from turnfold.replay.invariants.envelope.record_before_creation import RecordBeforeCreation
from turnfold.replay.invariants.envelope.repeated_line import RepeatedLine
from turnfold.replay.invariants.envelope.seq_gap import SeqGap
from turnfold.replay.invariants.envelope.seq_repeated import SeqRepeated

__all__ = [
    "ClockWentBackwards",
    "ContextOfOtherTurn",
    "EventOutOfPlace",
    "FileNameMismatch",
    "FirstOrdinalNotZero",
    "ForeignSessionMeta",
    "InvalidTimestamp",
    "MalformedTurnContext",
    "MissingSessionMeta",
    "NeverPersistedRecord",
    "OrdinalGap",
    "OrdinalMissing",
    "OrdinalRegressed",
    "OrdinalRepeated",
    "OrdinalsBeginLate",
    "RecordBeforeCreation",
    "RepeatedLine",
    "SeqGap",
    "SeqRepeated",
]
