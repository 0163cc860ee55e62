"""From what each run of an event wants to what comes of them all (B7)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from turnfold.core.hooks.names import HookEvent
from turnfold.core.hooks.outputs import Decision, Outcome


@attrs.frozen(kw_only=True)
class Folded:
    """What the runs of one event decide together."""

    decision: Decision | None = None
    message: str | None = None
    """Text of the decision: the deciding run's, or where several count theirs, with a blank line between."""
    interrupt: bool = False
    """Whether the deciding run wants the turn interrupted."""
    chosen: int | None = None
    """Index of the run that decided; None when none did."""
    ignored_interrupt: bool = False
    """Whether another deny wanted an interruption that is not granted, for the first one wins."""
    contexts: tuple[str, ...] = ()
    """Texts for the model's context, of all runs in order, also of those beside a block."""
    updated_input: object = None
    """PreToolUse: arguments to call the tool with instead, unless it is blocked."""
    updated_output: object = None
    """PostToolUse: output to tell the model instead, unless feedback replaces it."""
    prompts: tuple[tuple[int, str], ...] = ()
    """Stop and SubagentStop that block: what to go on with, each with the index of its run."""


_RANKS: Final[Mapping[HookEvent, tuple[tuple[Decision, ...], ...]]] = {
    HookEvent.PRE_TOOL_USE: (("block",),),
    HookEvent.PERMISSION_REQUEST: (("deny",), ("allow",)),
    HookEvent.POST_TOOL_USE: (("stop",), ("block",)),
    HookEvent.SESSION_START: (("stop",),),
    HookEvent.USER_PROMPT_SUBMIT: (("stop", "block"),),
    HookEvent.STOP: (("stop",), ("block",)),
    HookEvent.PRE_COMPACT: (("stop",),),
    HookEvent.POST_COMPACT: (("stop",),),
    HookEvent.SESSION_END: (),
    HookEvent.SUBAGENT_START: (),
    HookEvent.SUBAGENT_STOP: (("stop",), ("block",)),
    HookEvent.INTERRUPT: (),
}
"""Which decisions win over which; those of one rank are equal, and the first of them in configured order wins."""

_ENDINGS: Final = frozenset({HookEvent.STOP, HookEvent.SUBAGENT_STOP})


def fold(event: HookEvent, outcomes: Sequence[Outcome], finished: Sequence[int] | None = None) -> Folded:
    """Return what the runs of *event* decide together.

    Args:
        outcomes: of all runs, in configured order.
        finished: the indices of the runs in the order in which they ended; without it, the configured order.
            Of several changes of a tool's input or output the one of the last run to end counts.
    """
    contexts = tuple(text for outcome in outcomes for text in outcome.contexts)
    winners = _winners(event, outcomes)
    if not winners:
        ended = range(len(outcomes)) if finished is None else finished
        return Folded(
            contexts=contexts,
            updated_input=_last(outcomes[at].updated_input for at in ended),
            updated_output=_last(outcomes[at].updated_output for at in ended),
        )
    # A hook of a narrower layer comes later, so of those that allow the last one speaks; of denials the first.
    chosen = winners[-1] if outcomes[winners[0]].decision == "allow" else winners[0]
    choice = outcomes[chosen]
    others = [outcome for at, outcome in enumerate(outcomes) if at != chosen]
    return Folded(
        decision=choice.decision,
        message=_message(event, [outcomes[at] for at in winners], outcomes),
        interrupt=choice.interrupt,
        chosen=chosen,
        ignored_interrupt=not choice.interrupt and any(outcome.interrupt for outcome in others),
        contexts=contexts,
        prompts=_prompts(event, outcomes, winners),
    )


def _winners(event: HookEvent, outcomes: Sequence[Outcome]) -> list[int]:
    for rank in _RANKS[event]:
        if found := [at for at, outcome in enumerate(outcomes) if outcome.decision in rank]:
            return found
    return []


def _message(event: HookEvent, winners: Sequence[Outcome], outcomes: Sequence[Outcome]) -> str | None:
    if event is HookEvent.POST_TOOL_USE:
        return _joined(outcomes)
    if event in _ENDINGS and winners[0].decision == "block":
        return _joined(winners)
    return next((outcome.message for outcome in winners if outcome.message is not None), None)


def _joined(outcomes: Sequence[Outcome]) -> str | None:
    return "\n\n".join(outcome.message for outcome in outcomes if outcome.message is not None) or None


def _prompts(
    event: HookEvent, outcomes: Sequence[Outcome], winners: Sequence[int]
) -> tuple[tuple[int, str], ...]:
    if event not in _ENDINGS:
        return ()
    blocking = ((at, outcomes[at]) for at in winners)
    return tuple((at, each.message) for at, each in blocking if each.decision == "block" and each.message)


def _last(values: Iterable[object]) -> object:
    given = [value for value in values if value is not None]
    return given[-1] if given else None
