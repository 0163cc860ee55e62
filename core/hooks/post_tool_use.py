"""PostToolUse: a hook may replace what the model is told of a tool's output (semantics 3.7)."""

from functools import partial
from typing import Annotated, Final, Literal

import attrs
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
    stopped,
    trimmed,
    unsupported,
)
from turnfold.core.hooks.names import HookEvent
from turnfold.core.hooks.outputs import Outcome

_EVENT: Final = HookEvent.POST_TOOL_USE


class PostToolUseSpecific(Specific, frozen=True, kw_only=True):
    """The part of the answer that is special to this event."""

    additional_context: str | None = None
    updated_tool_output: object = None


class PostToolUseAnswer(Answer, frozen=True, kw_only=True):
    """The answer on stdout."""

    decision: Annotated[Literal["block"] | None, Meta(title="BlockDecisionWire")] = None
    reason: str | None = None
    hook_specific_output: Annotated[
        PostToolUseSpecific | None, Meta(title="PostToolUseHookSpecificOutputWire")
    ] = None


def _judge(answer: PostToolUseAnswer) -> Outcome:
    fault = _fault(answer)
    specific = answer.hook_specific_output
    added = Outcome() if fault or specific is None else context(specific.additional_context)
    if not answer.goes_on:
        stop = stopped(answer.stop_reason, "PostToolUse hook stopped execution")
        # The user reads why it was stopped; the model may be told something else.
        return beside(added, attrs.evolve(stop, message=trimmed(answer.reason) or stop.message))
    if fault:
        return failed(fault)
    if answer.decision == "block":
        return beside(added, blocked(answer.reason or ""))
    return attrs.evolve(added, updated_output=specific.updated_tool_output if specific else None)


def _fault(answer: PostToolUseAnswer) -> str | None:
    if answer.suppress_output:
        return unsupported(_EVENT, "suppressOutput")
    if answer.decision == "block":
        return None if trimmed(answer.reason) else reasonless(_EVENT)
    if answer.goes_on and answer.reason is not None:
        return "PostToolUse hook returned reason without decision"
    return None


POST_TOOL_USE: Final = Contract(
    shape=PostToolUseAnswer,
    judge=_judge,
    invalid="hook returned invalid post-tool-use JSON output",
    plain=ignored,
    # The tool has run, so this is no block of it: the run is completed.
    two=Blank(error=silent(_EVENT, "feedback"), means=partial(blocked, status="completed")),
)
