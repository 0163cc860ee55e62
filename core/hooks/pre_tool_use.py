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
    if answer.decision == "approve":
        return failed(unsupported(_EVENT, "decision:approve"))
    if answer.decision == "block":
        reason = trimmed(answer.reason)
        return failed(reasonless(_EVENT)) if reason is None else blocked(reason)
    return Outcome() if answer.reason is None else failed(_said("reason without decision"))


def _newer(specific: PreToolUseSpecific) -> Outcome:
    changed = specific.updated_input is not None
    if specific.permission_decision == "allow":
        if changed:
            return Outcome(updated_input=specific.updated_input)
        return failed(unsupported(_EVENT, "permissionDecision:allow"))
    if changed:
        return failed(_said("updatedInput without permissionDecision:allow"))
    if specific.permission_decision == "ask":
        return failed(unsupported(_EVENT, "permissionDecision:ask"))
    if specific.permission_decision is None:
        return failed(_said("permissionDecisionReason without permissionDecision"))
    reason = trimmed(specific.permission_decision_reason)
    if reason is None:
        return failed(_said("permissionDecision:deny without a non-empty permissionDecisionReason"))
    return blocked(reason)


def _said(what: str) -> str:
    return f"{_EVENT} hook returned {what}"


PRE_TOOL_USE: Final = Contract(
    shape=PreToolUseAnswer,
    judge=_judge,
    invalid="hook returned invalid pre-tool-use JSON output",
    plain=ignored,
    two=Blank(error=silent(_EVENT, "a blocking reason"), means=blocked),
)
