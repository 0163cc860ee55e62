"""Rules about turns: their starts, their ends, and what belongs between (TF3xx)."""

from turnfold.replay.invariants.turns.abort_without_start import AbortWithoutStart
from turnfold.replay.invariants.turns.activity_after_terminal import ActivityAfterTerminal
from turnfold.replay.invariants.turns.activity_before_start import ActivityBeforeStart
from turnfold.replay.invariants.turns.complete_without_start import CompleteWithoutStart
from turnfold.replay.invariants.turns.overlapping_turns import OverlappingTurns
from turnfold.replay.invariants.turns.second_terminal import SecondTerminal
from turnfold.replay.invariants.turns.terminal_of_other_turn import TerminalOfOtherTurn
from turnfold.replay.invariants.turns.turn_cut_off import TurnCutOff
from turnfold.replay.invariants.turns.turn_left_open import TurnLeftOpen

__all__ = [
    "AbortWithoutStart",
    "ActivityAfterTerminal",
    "ActivityBeforeStart",
    "CompleteWithoutStart",
    "OverlappingTurns",
    "SecondTerminal",
    "TerminalOfOtherTurn",
    "TurnCutOff",
    "TurnLeftOpen",
]
