"""Rules about aborts and steering: what may still happen, and what may not be lost (TF4xx)."""

from turnfold.replay.invariants.aborts.abort_never_finished import AbortNeverFinished
from turnfold.replay.invariants.aborts.abort_step_out_of_order import AbortStepOutOfOrder
from turnfold.replay.invariants.aborts.accepted_input_lost import AcceptedInputLost
from turnfold.replay.invariants.aborts.accepted_steer_vanished import AcceptedSteerVanished
from turnfold.replay.invariants.aborts.activity_after_abort import ActivityAfterAbort
from turnfold.replay.invariants.aborts.activity_after_marker import ActivityAfterMarker
from turnfold.replay.invariants.aborts.activity_after_unwound import ActivityAfterUnwound
from turnfold.replay.invariants.aborts.beginning_while_aborting import BeginningWhileAborting
from turnfold.replay.invariants.aborts.idle_before_terminal import IdleBeforeTerminal
from turnfold.replay.invariants.aborts.input_after_terminal import InputAfterTerminal
from turnfold.replay.invariants.aborts.interrupt_ignored import InterruptIgnored
from turnfold.replay.invariants.aborts.interrupted_without_marker import InterruptedWithoutMarker
from turnfold.replay.invariants.aborts.marker_for_other_reason import MarkerForOtherReason
from turnfold.replay.invariants.aborts.marker_without_abort import MarkerWithoutAbort
from turnfold.replay.invariants.aborts.model_request_after_abort import ModelRequestAfterAbort
from turnfold.replay.invariants.aborts.refused_steer_recorded import RefusedSteerRecorded
from turnfold.replay.invariants.aborts.replaced_without_successor import ReplacedWithoutSuccessor
from turnfold.replay.invariants.aborts.settings_of_refused_input import SettingsOfRefusedInput
from turnfold.replay.invariants.aborts.start_request_unanswered import StartRequestUnanswered
from turnfold.replay.invariants.aborts.started_after_replacement import StartedAfterReplacement
from turnfold.replay.invariants.aborts.steer_lost import SteerLost
from turnfold.replay.invariants.aborts.steered_into_other_turn import SteeredIntoOtherTurn
from turnfold.replay.invariants.aborts.unknown_abort_reason import UnknownAbortReason

__all__ = [
    "AbortNeverFinished",
    "AbortStepOutOfOrder",
    "AcceptedInputLost",
    "AcceptedSteerVanished",
    "ActivityAfterAbort",
    "ActivityAfterMarker",
    "ActivityAfterUnwound",
    "BeginningWhileAborting",
    "IdleBeforeTerminal",
    "InputAfterTerminal",
    "InterruptIgnored",
    "InterruptedWithoutMarker",
    "MarkerForOtherReason",
    "MarkerWithoutAbort",
    "ModelRequestAfterAbort",
    "RefusedSteerRecorded",
    "ReplacedWithoutSuccessor",
    "SettingsOfRefusedInput",
    "StartRequestUnanswered",
    "StartedAfterReplacement",
    "SteerLost",
    "SteeredIntoOtherTurn",
    "UnknownAbortReason",
]
