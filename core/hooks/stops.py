"""Stop and SubagentStop: a hook may let the agent go on, or stop it for good (semantics 3.7)."""

from functools import partial
from typing import Annotated, Final, Literal

from msgspec import Meta

from turnfold.core.hooks.contract import (
    Answer,
    Blank,
    Contract,
    blocked,
    failed,
    failing,
    reasonless,
    silent,
    stopped,
    trimmed,
)
from turnfold.core.hooks.names import HookEvent
from turnfold.core.hooks.outputs import Outcome


class StopAnswer(Answer, frozen=True, kw_only=True):
    """The answer on stdout. A block needs a reason, which is what the model goes on with."""

    decision: Annotated[Literal["block"] | None, Meta(title="BlockDecisionWire")] = None
    reason: str | None = None


def _judge(event: HookEvent, answer: StopAnswer) -> Outcome:
    if not answer.goes_on:
        return stopped(answer.stop_reason)
    if answer.decision is None:
        return Outcome()
    reason = trimmed(answer.reason)
    return failed(reasonless(event)) if reason is None else blocked(reason)


def _contract(event: HookEvent) -> Contract[StopAnswer]:
    invalid = f"hook returned invalid {event.words} hook JSON output"
    return Contract(
        shape=StopAnswer,
        judge=partial(_judge, event),
        invalid=invalid,
        plain=failing(invalid),
        two=Blank(error=silent(event, "a continuation prompt"), means=blocked),
    )


STOP: Final = _contract(HookEvent.STOP)
SUBAGENT_STOP: Final = _contract(HookEvent.SUBAGENT_STOP)
