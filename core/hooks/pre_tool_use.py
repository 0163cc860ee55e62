"""PreToolUse: a hook may block a tool call or change its arguments. Codex's newest form (semantics 3.7)."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from turnfold.core.hooks.contract import (
    Answer,
    Blank,
    Contract,
    Specific,
    beside,
    blocked,
    context,
    failed,
    ignored,
    reasonless,
    silent,
    trimmed,
    universal_fault,
    unsupported,
)
from turnfold.core.hooks.names import HookEvent
from turnfold.core.hooks.outputs import Outcome

_EVENT: Final = HookEvent.PRE_TOOL_USE


class PreToolUseSpecific(Specific, frozen=True, kw_only=True):
    """The part of the answer that is special to this event."""

    permission_decision: Annotated[
        Literal["allow", "deny", "ask"] | None, Meta(title="PreToolUsePermissionDecisionWire")
    ] = None
    permission_decision_reason: str | None = None
    updated_input: object = None
    additional_context: str | None = None


class PreToolUseAnswer(Answer, frozen=True, kw_only=True):
    """The answer on stdout: the older `decision` and `reason`, or the newer part."""

    decision: Annotated[Literal["approve", "block"] | None, Meta(title="PreToolUseDecisionWire")] = None
    reason: str | None = None
    hook_specific_output: Annotated[
        PreToolUseSpecific | None, Meta(title="PreToolUseHookSpecificOutputWire")
    ] = None


def _judge(answer: PreToolUseAnswer) -> Outcome:
    specific = answer.hook_specific_output
    if fault := universal_fault(_EVENT, answer):
        return failed(fault)
    if specific is None:
        return _older(answer)
    newer = (specific.permission_decision, specific.permission_decision_reason, specific.updated_input)
    outcome = _older(answer) if newer == (None, None, None) else _newer(specific)
    if outcome.status == "failed":
        return outcome
    return beside(context(specific.additional_context), outcome)


def _older(answer: PreToolUseAnswer) -> Outcome:
    match answer.decision:
        case "approve":
            return failed(unsupported(_EVENT, "decision:approve"))
        case "block":
            reason = trimmed(answer.reason)
            return failed(reasonless(_EVENT)) if reason is None else blocked(reason)
        case None:
            if answer.reason is not None:
                return failed("PreToolUse hook returned reason without decision")
            return Outcome()


def _newer(specific: PreToolUseSpecific) -> Outcome:
    changed = specific.updated_input is not None
    if changed and specific.permission_decision != "allow":
        return failed("PreToolUse hook returned updatedInput without permissionDecision:allow")
    match specific.permission_decision:
        case "allow":
            if not changed:
                return failed(unsupported(_EVENT, "permissionDecision:allow"))
            return Outcome(updated_input=specific.updated_input)
        case "ask":
            return failed(unsupported(_EVENT, "permissionDecision:ask"))
        case "deny":
            reason = trimmed(specific.permission_decision_reason)
            if reason is None:
                needed = "a non-empty permissionDecisionReason"
                return failed(f"PreToolUse hook returned permissionDecision:deny without {needed}")
            return blocked(reason)
        case None:
            return failed("PreToolUse hook returned permissionDecisionReason without permissionDecision")


PRE_TOOL_USE: Final = Contract(
    shape=PreToolUseAnswer,
    judge=_judge,
    invalid="hook returned invalid pre-tool-use JSON output",
    plain=ignored,
    two=Blank(error=silent(_EVENT, "a blocking reason"), means=blocked),
)
