"""UserPromptSubmit: a hook may keep a prompt from being processed, or add to it (semantics 3.7)."""

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
    reasonless,
    silent,
    stopped,
    trimmed,
)
from turnfold.core.hooks.names import HookEvent
from turnfold.core.hooks.outputs import Outcome

_EVENT: Final = HookEvent.USER_PROMPT_SUBMIT


class UserPromptSubmitSpecific(Specific, frozen=True, kw_only=True):
    """The part of the answer that is special to this event."""

    additional_context: str | None = None


class UserPromptSubmitAnswer(Answer, frozen=True, kw_only=True):
    """The answer on stdout."""

    decision: Annotated[Literal["block"] | None, Meta(title="BlockDecisionWire")] = None
    reason: str | None = None
    hook_specific_output: Annotated[
        UserPromptSubmitSpecific | None, Meta(title="UserPromptSubmitHookSpecificOutputWire")
    ] = None


def _judge(answer: UserPromptSubmitAnswer) -> Outcome:
    specific = answer.hook_specific_output
    is_blocked = answer.decision == "block"
    without_reason = is_blocked and trimmed(answer.reason) is None
    added = Outcome() if without_reason or specific is None else context(specific.additional_context)
    if not answer.goes_on:
        return beside(added, stopped(answer.stop_reason))
    if without_reason:
        return failed(reasonless(_EVENT))
    return beside(added, blocked(answer.reason or "")) if is_blocked else added


USER_PROMPT_SUBMIT: Final = Contract(
    shape=UserPromptSubmitAnswer,
    judge=_judge,
    invalid="hook returned invalid user prompt submit JSON output",
    plain=context,
    two=Blank(error=silent(_EVENT, "a blocking reason"), means=blocked),
)
