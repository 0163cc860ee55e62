"""Where a session stands, as far as its clients can know."""

from typing import Final, Literal, NamedTuple, TypeAlias

Life: TypeAlias = Literal["open", "closing", "closed"]
Phase: TypeAlias = Literal["reserved", "running", "aborting"]
Reason: TypeAlias = Literal["interrupted", "replaced"]
End: TypeAlias = Literal["completed", "interrupted", "replaced", "cleared"]

NONE: Final[frozenset[str]] = frozenset()


class Slot(NamedTuple):
    """The turn that the session is at. A named tuple, as the others here: a search makes and hashes many."""

    phase: Phase
    turn_id: str | None
    """None: nobody was told yet, for the session started the turn by itself or its asker went away."""
    kind: str = "regular"
    not_ids: frozenset[str] = NONE
    """While its id is not known: ids that it does not have."""
    reason: Reason = "interrupted"
    """Why it is being aborted, if it is."""


class Questions(NamedTuple):
    """What is known of questions, by approval id. Of others nothing is: while a turn runs they may be open."""

    over: frozenset[str] = NONE
    """Answered, or dropped with their turn. No id comes twice."""
    open: frozenset[str] = NONE
    """Open in the turn that is being aborted."""
    absent: frozenset[str] = NONE
    """Not open in the turn that is being aborted; a later turn may still ask."""


class Standing(NamedTuple):
    """The state of the sequential model."""

    life: Life = "open"
    slot: Slot | None = None
    waiting: bool = False
    """Whether something waits that starts a turn when there is none: queued input, or mail that triggers (F11)."""
    parked: tuple[int, ...] = ()
    """Calls that wait for the slot, by their beginnings, in order. They go on at once when it is free (F14)."""
    questions: Questions = Questions()
    named: frozenset[str] = NONE
    """Ids that turns turned out to have whose beginning nobody was told."""
    ends: frozenset[tuple[str | None, End]] = frozenset()
    """How turns ended, as far as `watched` asks; None for turns whose id is not known."""
    watched: frozenset[tuple[str | None, End]] = frozenset()
    """The ends that make a difference to somebody who waits. Never changes."""


IDLE: Final = Standing()
"""An open session with nothing to do."""
