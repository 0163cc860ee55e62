"""SessionStart and SubagentStart: a hook may add to the context; the start of a session it may stop (3.7)."""

from typing import Annotated, Final

from msgspec import Meta

from turnfold.core.hooks.contract import Answer, Contract, Specific, beside, context, stopped
from turnfold.core.hooks.outputs import Outcome


class SessionStartSpecific(Specific, frozen=True, kw_only=True):
    """The part of the answer that is special to this event."""

    additional_context: str | None = None


class SessionStartAnswer(Answer, frozen=True, kw_only=True):
    """The answer on stdout."""

    hook_specific_output: Annotated[
        SessionStartSpecific | None, Meta(title="SessionStartHookSpecificOutputWire")
    ] = None


class SubagentStartSpecific(Specific, frozen=True, kw_only=True):
    """The part of the answer that is special to this event."""

    additional_context: str | None = None


class SubagentStartAnswer(Answer, frozen=True, kw_only=True):
    """The answer on stdout; `continue` is not heeded."""

    hook_specific_output: Annotated[
        SubagentStartSpecific | None, Meta(title="SubagentStartHookSpecificOutputWire")
    ] = None


def _of_session(answer: SessionStartAnswer) -> Outcome:
    added = _added(answer.hook_specific_output)
    return added if answer.goes_on else beside(added, stopped(answer.stop_reason))


def _of_subagent(answer: SubagentStartAnswer) -> Outcome:
    return _added(answer.hook_specific_output)


def _added(specific: SessionStartSpecific | SubagentStartSpecific | None) -> Outcome:
    return Outcome() if specific is None else context(specific.additional_context)


SESSION_START: Final = Contract(
    shape=SessionStartAnswer,
    judge=_of_session,
    invalid="hook returned invalid session start JSON output",
    plain=context,
)

SUBAGENT_START: Final = Contract(
    shape=SubagentStartAnswer,
    judge=_of_subagent,
    invalid="hook returned invalid subagent start JSON output",
    plain=context,
)
