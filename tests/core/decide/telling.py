"""A few words to tell the tests of decisions in."""

from __future__ import annotations

from tests.core.histories import events
from tests.stateful.alphabet import opened
from tests.stateful.core_search import steps
from turnfold import events as ev
from turnfold.core import State
from turnfold.core.commands import (
    FlushEnded,
    Interrupt,
    ScopesGone,
    Steer,
    Submit,
    Unwound,
)
from turnfold.core.decide import Decision, decide
from turnfold.core.results import (
    Refused,
)
from turnfold.events import Event

ABORTING = ["abort:t", "abort:t cancel:t", "abort:t cancel:t unwind:t mark:t", "abort:t cancel:t unwind:t"]
"""Phases of an abort that a turn `t` can be in."""


def after(told: str, state: State | None = None) -> State:
    """Return the state after *told*, from an opened session on."""
    state = opened() if state is None else state
    for _, _, later in steps(state, events(told)):
        state = later
    return state


def submit(text: str | None = "hi", **fields: object) -> Submit:
    """Return a user's input; it would start the turn `u`."""
    told: dict[str, object] = {"submission_id": "s1", "input_id": "i9", "turn_id": "u", "text": text}
    return Submit(**(told | fields))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def steer(text: str | None = "hi", turn_id: str | None = None) -> Steer:
    """Return input for a running turn."""
    return Steer(submission_id="s1", input_id="i9", text=text, expected_turn_id=turn_id)


def kinds(decision: Decision) -> list[type[Event]]:
    """Return the types of what is to be recorded."""
    return [type(event) for event in decision.events]


def refusal(decision: Decision) -> Refused:
    """Return the refusal that the decision is."""
    assert isinstance(decision.result, Refused)
    return decision.result


def aborted(reason: str = ev.INTERRUPTED, state: State | None = None) -> State:
    """Return a session whose turn `t` was aborted for *reason*, all but concluded."""
    state = after("start:t") if state is None else state
    state = decide(state, Interrupt(reason=reason)).state
    for command in (
        ScopesGone(turn_id="t", scopes=1),
        Unwound(turn_id="t", grace_ms=1),
        FlushEnded(turn_id="t", through_seq=1),
    ):
        state = decide(state, command).state
    return state
