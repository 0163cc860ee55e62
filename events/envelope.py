"""The envelope: which event, of which session, in which place, and how we know it."""

from enum import StrEnum

import attrs

from turnfold.events.base import Event, Part


class Origin(StrEnum):
    """How an event got into a log."""

    RECORDED = "recorded"
    """Its producer wrote it."""

    DERIVED = "derived"
    """A twin: the same fact written a second time under the same `seq`, for readers that want it so."""

    INFERRED = "inferred"
    """Nobody wrote it: a replayer put it in so that an incomplete log becomes legal again."""


@attrs.frozen(kw_only=True, repr=False)
class Envelope(Part):
    """One event in its place. Sequence numbers and times arrive here; no event makes its own."""

    session_id: str | None = None
    """Session (in Codex: thread) that the event belongs to; None where its source does not say."""

    seq: int
    """Place in the log, counted from 0 without gaps; a derived twin repeats the number of its original."""

    at_us: int | None = None
    """Time of recording in microseconds since 1970-01-01 UTC; None when unknown or unreadable."""

    at_text: str = ""
    """The same time as the source spelled it, kept for display."""

    cause: str | None = None
    """Id of the command, or `seq` of the event as text, that brought this event about."""

    origin: Origin = Origin.RECORDED
    """Recorded by its producer, derived from another record, or inferred by a replayer."""

    ordinal: int | None = None
    """The `ordinal` of a paginated Codex rollout, counted from 0; None in every other source."""

    event: Event
    """What happened."""
