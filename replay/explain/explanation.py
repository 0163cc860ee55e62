"""An explanation: an answer, the chain of facts that carries it, and what remains in the dark."""

from __future__ import annotations

from enum import StrEnum

import attrs

from turnfold.replay.explain.endings import Ending


class Certainty(StrEnum):
    """How sure a step is."""

    RECORDED = "recorded"
    """A record says it."""
    INFERRED = "inferred"
    """It follows from records and from how the producer works. What files of this kind cannot show is `Unknown`."""


@attrs.frozen(kw_only=True)
class Step:
    """One link of the chain."""

    text: str
    """What happened, in our words."""
    certainty: Certainty = Certainty.RECORDED
    line: int | None = None
    """Record that shows it; of an inference the one that it rests on."""
    at_s: float | None = None
    """Its time in unix seconds."""
    quote: str | None = None
    """The beginning of what somebody wrote there."""
    proves: str | None = None
    """What follows from it."""
    since_s: float | None = None
    """Seconds since the step before it that has a time."""


@attrs.frozen(kw_only=True)
class Unknown:
    """A question that this file cannot answer, and what could."""

    question: str
    remedy: str


@attrs.frozen(kw_only=True)
class Explanation:
    """Why a turn ended as it did."""

    thread_id: str | None
    turn_id: str
    position: int | None
    """Its place as `turnfold turns` counts; None where it was rolled back."""
    ending: Ending
    title: str
    answer: str
    """One to three sentences."""
    steps: tuple[Step, ...]
    """In causal order."""
    unknowns: tuple[Unknown, ...]
    first_line: int
    last_line: int
    further_ends: int
    """How many more terminals it had."""
    rolled_back_at: int | None
    """Line of the rollback that took it back."""
