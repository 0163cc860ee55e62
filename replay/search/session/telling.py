"""A step of a session in words."""

from __future__ import annotations

from typing import Any, Final, cast

import attrs

from turnfold.core import State
from turnfold.core.commands import Command
from turnfold.core.decide import Decision
from turnfold.core.results import Refused
from turnfold.replay.search.session.underway import Given, Underway
from turnfold.replay.search.ways import Step

TEXT_MAX: Final = 60
"""Characters of a field that are shown."""


def short(command: Command) -> str:
    """A command with the fields that say something: `Interrupt(turn_id='t')`."""
    told: list[str] = []
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(type(command))
    for field in fields:
        value: object = getattr(command, field.name)
        if value not in (None, (), "") and value != field.default:
            if field.name == "events":
                text = ", ".join(map(repr, cast("tuple[object, ...]", value)))
            else:
                text = f"{field.name}={value!r}"
            told.append(text if len(text) <= TEXT_MAX or field.name == "events" else f"{text[:TEXT_MAX]}...")
    return f"{type(command).__name__}({', '.join(told)})"


def outcome(decision: Decision) -> str:
    """What came of a command: the kinds of its events, and its result."""
    kinds = ", ".join(event.kind for event in decision.events) or "nothing recorded"
    if decision.parked:
        return f"{kinds}; it waits for the slot"
    result = decision.result
    said = f"refused: {result.message}" if isinstance(result, Refused) else type(result).__name__.lower()
    return f"{kinds}; {said}"


def standing(state: State) -> str:
    """Where the session and its turn are."""
    turn = "no turn" if state.turn is None else f"turn {state.turn.turn_id} {state.turn.phase.value}"
    return f"session {state.session.value}, {turn}"


def told(step: Step[State, Command, Decision]) -> str:
    """A step of a search."""
    return f"{short(step.command)}\n       {outcome(step.label)}; {standing(step.state)}"


def told_underway(step: Step[Underway, Given, tuple[Decision, ...]]) -> str:
    """A step of a session under way, with who gave the command and what is still to come."""
    who = "a client" if step.command.effect is None else "the engine"
    came = " / ".join(map(outcome, step.label))
    left = ", ".join(type(effect).__name__ for effect in step.state.pending) or "nothing"
    return (
        f"{who}: {short(step.command.command)}\n       {came}; {standing(step.state.state)}; to come: {left}"
    )
