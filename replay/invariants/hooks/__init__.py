"""Rules about hook runs: their life, their order, and whether their decisions are kept (TF5xx)."""

from turnfold.replay.invariants.hooks.approval_asked_before_hooks_ended import ApprovalAskedBeforeHooksEnded
from turnfold.replay.invariants.hooks.asked_after_hook_decision import AskedAfterHookDecision
from turnfold.replay.invariants.hooks.blocked_tool_ran import BlockedToolRan
from turnfold.replay.invariants.hooks.dispatch_out_of_order import DispatchOutOfOrder
from turnfold.replay.invariants.hooks.hook_after_terminal import HookAfterTerminal
from turnfold.replay.invariants.hooks.hook_completed_twice import HookCompletedTwice
from turnfold.replay.invariants.hooks.hook_completed_without_start import HookCompletedWithoutStart
from turnfold.replay.invariants.hooks.hook_duration_disagrees import HookDurationDisagrees
from turnfold.replay.invariants.hooks.hook_never_completed import HookNeverCompleted
from turnfold.replay.invariants.hooks.hook_run_changed import HookRunChanged
from turnfold.replay.invariants.hooks.hook_run_left_open import HookRunLeftOpen
from turnfold.replay.invariants.hooks.hook_started_not_running import HookStartedNotRunning
from turnfold.replay.invariants.hooks.hook_started_twice import HookStartedTwice
from turnfold.replay.invariants.hooks.hook_status_illegal import HookStatusIllegal
from turnfold.replay.invariants.hooks.reviewed_after_hook_decision import ReviewedAfterHookDecision
from turnfold.replay.invariants.hooks.run_id_malformed import RunIdMalformed

__all__ = [
    "ApprovalAskedBeforeHooksEnded",
    "AskedAfterHookDecision",
    "BlockedToolRan",
    "DispatchOutOfOrder",
    "HookAfterTerminal",
    "HookCompletedTwice",
    "HookCompletedWithoutStart",
    "HookDurationDisagrees",
    "HookNeverCompleted",
    "HookRunChanged",
    "HookRunLeftOpen",
    "HookStartedNotRunning",
    "HookStartedTwice",
    "HookStatusIllegal",
    "ReviewedAfterHookDecision",
    "RunIdMalformed",
]
