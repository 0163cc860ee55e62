"""The engine's own work without an engine: what comes of a state when nobody else says anything."""

from __future__ import annotations

from collections.abc import Iterator

from turnfold.core import INITIAL, SessionPhase, State
from turnfold.core.commands import Resume
from turnfold.core.decide import Decision, decide
from turnfold.core.react import react
from turnfold.events import Event
from turnfold.replay.search.session import answers
from turnfold.replay.search.session import replayed as steps

__all__ = ["at_rest", "left_alone", "resumed", "steps"]


def left_alone(state: State) -> Iterator[Decision]:
    """Yield what comes of the engine's own work from *state* on, each effect ending in the ordinary way.

    It ends where no effect is left that would tell the session something: idle, at work, or closed. Effects that a
    process finds when it resumes are the same ones (`react` from the initial state).
    """
    before, events = INITIAL, tuple[Event, ...]()
    while True:
        commands = [told[0] for effect in react(before, events, state) if (told := answers(effect))]
        if not commands:
            return
        (command,) = commands
        decision = decide(state, command)
        yield decision
        if not decision.events:
            return
        before, events, state = state, decision.events, decision.state


def at_rest(state: State) -> State:
    """Return the state in which the engine's own work comes to rest."""
    for decision in left_alone(state):
        state = decision.state
    return state


def resumed(state: State, command: Resume) -> State:
    """Return the state after a process took up a log that ends in *state*, as the engine does it."""
    decision = decide(state, command)
    if decision.parked:
        decision = decide(at_rest(decision.state), command)
    assert SessionPhase.IDLE is decision.state.session, decision.result
    return decision.state
