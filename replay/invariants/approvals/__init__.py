"""Rules about questions and answers: approvals, the reviewer and the network (TF6xx)."""

from turnfold.replay.invariants.approvals.approval_dropped_before_terminal import (
    ApprovalDroppedBeforeTerminal,
)
from turnfold.replay.invariants.approvals.approval_id_reused import ApprovalIdReused
from turnfold.replay.invariants.approvals.approval_never_resolved import ApprovalNeverResolved
from turnfold.replay.invariants.approvals.approval_of_other_turn import ApprovalOfOtherTurn
from turnfold.replay.invariants.approvals.approval_outside_item import ApprovalOutsideItem
from turnfold.replay.invariants.approvals.cancelled_but_completed import CancelledButCompleted
from turnfold.replay.invariants.approvals.denied_but_ran import DeniedButRan
from turnfold.replay.invariants.approvals.final_outcome_overwritten import FinalOutcomeOverwritten
from turnfold.replay.invariants.approvals.host_asked_after_decision import HostAskedAfterDecision
from turnfold.replay.invariants.approvals.host_asked_twice import HostAskedTwice
from turnfold.replay.invariants.approvals.ran_while_asked import RanWhileAsked
from turnfold.replay.invariants.approvals.resolved_after_terminal import ResolvedAfterTerminal
from turnfold.replay.invariants.approvals.resolved_twice import ResolvedTwice
from turnfold.replay.invariants.approvals.resolved_without_request import ResolvedWithoutRequest
from turnfold.replay.invariants.approvals.review_never_ended import ReviewNeverEnded
from turnfold.replay.invariants.approvals.waiting_flag_disagrees import WaitingFlagDisagrees

__all__ = [
    "ApprovalDroppedBeforeTerminal",
    "ApprovalIdReused",
    "ApprovalNeverResolved",
    "ApprovalOfOtherTurn",
    "ApprovalOutsideItem",
    "CancelledButCompleted",
    "DeniedButRan",
    "FinalOutcomeOverwritten",
    "HostAskedAfterDecision",
    "HostAskedTwice",
    "RanWhileAsked",
    "ResolvedAfterTerminal",
    "ResolvedTwice",
    "ResolvedWithoutRequest",
    "ReviewNeverEnded",
    "WaitingFlagDisagrees",
]
