"""PreCompact and PostCompact: a hook may stop the compaction, or report a stop after it (semantics 3.7)."""

from functools import partial
from typing import Final

from turnfold.core.hooks.contract import Answer, Contract, ignored, stopped
from turnfold.core.hooks.names import HookEvent
from turnfold.core.hooks.outputs import Outcome


class CompactAnswer(Answer, frozen=True, kw_only=True):
    """The answer on stdout."""


def _judge(event: HookEvent, answer: CompactAnswer) -> Outcome:
    return Outcome() if answer.goes_on else stopped(answer.stop_reason, f"{event} hook stopped execution")


def _contract(event: HookEvent) -> Contract[CompactAnswer]:
    return Contract(
        shape=CompactAnswer,
        judge=partial(_judge, event),
        invalid=f"hook returned invalid {event} hook JSON output",
        plain=ignored,
        stderr_explains=True,
        no_code="hook process terminated without an exit code",
    )


PRE_COMPACT: Final = _contract(HookEvent.PRE_COMPACT)
POST_COMPACT: Final = _contract(HookEvent.POST_COMPACT)
