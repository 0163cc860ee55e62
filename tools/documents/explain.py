"""The document of `turnfold explain --format json`. Times are unix seconds, spans are seconds."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

SCHEMA_ID: Final = "turnfold.explain/1"
"""Grows by optional fields; anything else gives it another number."""


class StepEntry(msgspec.Struct, kw_only=True, frozen=True):
    """One link of the causal chain."""

    text: str
    """What happened, in words of turnfold's."""
    certainty: Literal["recorded", "inferred"]
    line: int | None = None
    """Line that shows it; of an inference the line that it rests on."""
    at_s: float | None = None
    since_s: float | None = None
    """Since the step before it that has a time."""
    quote: str | None = None
    """The beginning of what somebody wrote there, on one line."""
    proves: str | None = None
    """What follows from it."""


class UnknownEntry(msgspec.Struct, kw_only=True, frozen=True):
    """A question that the file cannot answer."""

    question: str
    remedy: str
    """Why, and where the answer could be found."""


class ExplainDocument(msgspec.Struct, kw_only=True, frozen=True):
    """Why one turn ended as it did."""

    schema: Literal["turnfold.explain/1"]
    file: str
    """The path as it was given or found; `-` is standard input."""
    thread_id: str | None
    turn_id: str
    position: int | None
    """Place among the turns that stand, as `turnfold turns` has it; null where it was rolled back."""
    ending: str
    """`completed`, `interrupted_while_a_call_ran`, `cut_off`, `left_open` and so on: what kind of end it is."""
    title: str
    answer: str
    """One to three sentences."""
    first_line: int
    last_line: int
    further_ends: int
    """How many terminals it had after its first one."""
    rolled_back_at: int | None
    """Line of the rollback that took it back."""
    steps: tuple[StepEntry, ...]
    """In causal order."""
    unknowns: tuple[UnknownEntry, ...]
    """What this file cannot tell."""
