"""What every step of the model knows besides the state: the terms, who a turn is, and how a refusal looks."""

from collections.abc import Sequence
from typing import Final, TypeAlias, cast

import attrs

from turnfold.core.results import MESSAGES, SHUTTING_DOWN, Refused
from turnfold.replay.linear.calls import Call
from turnfold.replay.linear.session.standing import NONE, Slot, Standing

SOME_TURN: Final = "(the turn's id)"
SOME_INPUT: Final = "(a new id)"
"""Stand for ids that the model cannot know, where the call's own result has none."""

Steps: TypeAlias = Sequence[tuple[Standing, object]]
"""See `Model.steps`."""


@attrs.frozen(kw_only=True)
class Terms:
    """What holds for one history."""

    queue: bool
    """Whether input during an abort is kept for the next turn instead of being refused."""
    aborts_itself: bool
    """Whether the session may abort a turn without being asked: a hook interrupts, or the task of a turn crashes."""
    ends_itself: bool
    """Whether the session may end without being asked: its block is left, or it breaks down."""
    started: frozenset[str]
    """Ids of the turns whose askers were told that they start them: no other turn has one of these."""
    told: frozenset[str]
    """Ids of turns in results. What is known of others makes no difference."""
    forgets: bool
    """Whether there may be so many turns that the session has forgotten the end of one."""


def claimed(call: Call, field: str) -> str | None:
    """Return the id that the call's result has in *field*; None if it has none. It is the model's to judge."""
    value = getattr(call.result, field, None)
    return value if isinstance(value, str) else None


def actual_turn_of(call: Call) -> str | None:
    """Return the turn that a refusal says was found in the place of the expected one; only its message has the id."""
    if not isinstance(call.result, Refused):
        return None
    _, found, rest = call.result.message.partition("` but found `")
    return rest.removesuffix("`") if found else None


def which(terms: Terms, at: Standing, slot: Slot, wanted: str) -> list[tuple[Standing, Slot, bool]]:
    """Return whether the turn in the slot is *wanted*: yes or no, or both where nobody knows its id yet."""
    if slot.turn_id is not None:
        return [(at, slot, slot.turn_id == wanted)]
    if wanted in terms.started or wanted in at.named or wanted in slot.not_ids:
        return [(at, slot, False)]
    this = slot._replace(turn_id=wanted, not_ids=NONE)
    if wanted not in terms.told:
        return [(at._replace(slot=this), this, True), (at, slot, False)]
    other = slot._replace(not_ids=slot.not_ids | {wanted})
    return [
        (at._replace(slot=this, named=at.named | {wanted}), this, True),
        (at._replace(slot=other), other, False),
    ]


def identified(terms: Terms, at: Standing, slot: Slot, told: str | None) -> tuple[Standing, Slot, str]:
    """Return the turn with its id, which may show for the first time by what the caller was *told*."""
    if slot.turn_id is not None:
        return at, slot, slot.turn_id
    if told is not None:
        at, slot, yes = which(terms, at, slot, told)[0]
        if yes:
            return at, slot, told
    return at, slot, SOME_TURN


def refused(reason: str, message: str | None = None, **names: object) -> Refused:
    """Return a refusal; its text is the one of the results' vocabulary."""
    return Refused(reason=reason, message=(message or MESSAGES[reason]).format(**names))


def with_input(refusal: Refused, call: Call) -> Refused:
    """Return the refusal with the input handed back."""
    return Refused(
        reason=refusal.reason,
        message=refusal.message,
        code=refusal.code,
        turn_kind=refusal.turn_kind,
        text=cast("str | None", call.given.get("text")),
        content=content_of(call),
    )


def content_of(call: Call) -> object:
    """Return the parts of the input as the session keeps them: a list, or None."""
    content = call.given.get("content")
    return list(cast("Sequence[object]", content)) if isinstance(content, Sequence) else content


def is_empty(call: Call) -> bool:
    """Whether the call brings neither text nor parts."""
    return not call.given.get("text") and not call.given.get("content")


CLOSING: Final = refused(SHUTTING_DOWN)
"""The session's end has begun."""

OVER: Final = refused(SHUTTING_DOWN, "the session is over")
"""Nobody is left to decide."""
