"""Rules about turns: their starts, their ends, and what belongs between (TF3xx)."""

from turnfold.replay.invariants.turns.abort_without_start import AbortWithoutStart
from turnfold.replay.invariants.turns.activity_after_terminal import ActivityAfterTerminal
from turnfold.replay.invariants.turns.activity_before_start import ActivityBeforeStart
from turnfold.replay.invariants.turns.complete_without_start import CompleteWithoutStart
from turnfold.replay.invariants.turns.duration_disagrees import DurationDisagrees
from turnfold.replay.invariants.turns.first_token_after_end import FirstTokenAfterEnd
from turnfold.replay.invariants.turns.item_of_unknown_turn import ItemOfUnknownTurn
from turnfold.replay.invariants.turns.last_message_disagrees import LastMessageDisagrees
from turnfold.replay.invariants.turns.overlapping_turns import OverlappingTurns
from turnfold.replay.invariants.turns.record_after_shutdown import RecordAfterShutdown
from turnfold.replay.invariants.turns.review_left_without_entering import ReviewLeftWithoutEntering
from turnfold.replay.invariants.turns.review_never_left import ReviewNeverLeft
from turnfold.replay.invariants.turns.second_terminal import SecondTerminal
from turnfold.replay.invariants.turns.start_time_disagrees_with_clock import StartTimeDisagreesWithClock
from turnfold.replay.invariants.turns.start_times_disagree import StartTimesDisagree
from turnfold.replay.invariants.turns.terminal_of_other_turn import TerminalOfOtherTurn
from turnfold.replay.invariants.turns.turn_cut_off import TurnCutOff
from turnfold.replay.invariants.turns.turn_during_shutdown import TurnDuringShutdown
from turnfold.replay.invariants.turns.turn_id_reused import TurnIdReused
from turnfold.replay.invariants.turns.turn_left_open import TurnLeftOpen
from turnfold.replay.invariants.turns.turn_without_context import TurnWithoutContext
from turnfold.replay.invariants.turns.turn_without_id import TurnWithoutId
from turnfold.replay.invariants.turns.user_twin_missing import UserTwinMissing

__all__ = [
    "AbortWithoutStart",
    "ActivityAfterTerminal",
    "ActivityBeforeStart",
    "CompleteWithoutStart",
    "DurationDisagrees",
    "FirstTokenAfterEnd",
    "ItemOfUnknownTurn",
    "LastMessageDisagrees",
    "OverlappingTurns",
    "RecordAfterShutdown",
    "ReviewLeftWithoutEntering",
    "ReviewNeverLeft",
    "SecondTerminal",
    "StartTimeDisagreesWithClock",
    "StartTimesDisagree",
    "TerminalOfOtherTurn",
    "TurnCutOff",
    "TurnDuringShutdown",
    "TurnIdReused",
    "TurnLeftOpen",
    "TurnWithoutContext",
    "TurnWithoutId",
    "UserTwinMissing",
]
