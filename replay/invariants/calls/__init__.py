"""Rules about tool calls, their outputs and items (TF2xx)."""

from turnfold.replay.invariants.calls.call_decided_twice import CallDecidedTwice
from turnfold.replay.invariants.calls.call_id_reused import CallIdReused
from turnfold.replay.invariants.calls.call_left_open import CallLeftOpen
from turnfold.replay.invariants.calls.call_without_name import CallWithoutName
from turnfold.replay.invariants.calls.call_without_output import CallWithoutOutput
from turnfold.replay.invariants.calls.exec_end_of_other_turn import ExecEndOfOtherTurn
from turnfold.replay.invariants.calls.exec_end_without_call import ExecEndWithoutCall
from turnfold.replay.invariants.calls.exec_ended_twice import ExecEndedTwice
from turnfold.replay.invariants.calls.item_completed_twice import ItemCompletedTwice
from turnfold.replay.invariants.calls.item_completed_without_start import ItemCompletedWithoutStart
from turnfold.replay.invariants.calls.item_never_completed import ItemNeverCompleted
from turnfold.replay.invariants.calls.model_speaks_before_output import ModelSpeaksBeforeOutput
from turnfold.replay.invariants.calls.output_in_later_turn import OutputInLaterTurn
from turnfold.replay.invariants.calls.output_of_other_type import OutputOfOtherType
from turnfold.replay.invariants.calls.output_out_of_order import OutputOutOfOrder
from turnfold.replay.invariants.calls.output_without_call import OutputWithoutCall
from turnfold.replay.invariants.calls.retry_without_denial import RetryWithoutDenial
from turnfold.replay.invariants.calls.second_output import SecondOutput
from turnfold.replay.invariants.calls.synthetic_output_persisted import SyntheticOutputPersisted
from turnfold.replay.invariants.calls.undecided_call_ran import UndecidedCallRan

__all__ = [
    "CallDecidedTwice",
    "CallIdReused",
    "CallLeftOpen",
    "CallWithoutName",
    "CallWithoutOutput",
    "ExecEndOfOtherTurn",
    "ExecEndWithoutCall",
    "ExecEndedTwice",
    "ItemCompletedTwice",
    "ItemCompletedWithoutStart",
    "ItemNeverCompleted",
    "ModelSpeaksBeforeOutput",
    "OutputInLaterTurn",
    "OutputOfOtherType",
    "OutputOutOfOrder",
    "OutputWithoutCall",
    "RetryWithoutDenial",
    "SecondOutput",
    "SyntheticOutputPersisted",
    "UndecidedCallRan",
]
