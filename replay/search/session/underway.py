"""A session with what the engine is doing for it: which commands are still to come of effects, and which wait."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeAlias

import attrs

from turnfold.core import INITIAL, State
from turnfold.core.commands import (
    BeginTurn,
    Close,
    Command,
    Conclude,
    FlushEnded,
    Leftover,
    ScopesGone,
    Unwound,
)
from turnfold.core.decide import Decision, decide, is_aborting
from turnfold.core.effects import (
    AwaitUnwind,
    CancelScopes,
    CloseSession,
    ConcludeAbort,
    Effect,
    FlushJournal,
    StartTask,
)
from turnfold.core.react import react
from turnfold.events import Event
from turnfold.replay.search.session.alphabet import CLIENTS, Alphabet
from turnfold.replay.search.session.keys import plain
from turnfold.replay.search.session.names import TURNS

Decide: TypeAlias = Callable[[State, Command], Decision]
"""What decides: `turnfold.core.decide.decide`, or an embedder's own."""

React: TypeAlias = Callable[[State, Sequence[Event], State], Sequence[Effect]]
"""What a step asks the engine to do: `turnfold.core.react.react`, or an embedder's own."""


def answers(effect: Effect, next_turn_id: str | None = None) -> tuple[Command, ...]:
    """Return the commands in which an effect may end, the ordinary one first; none if the session hears nothing of it.

    With *next_turn_id* the end of an abort may also bring that id for work that goes on.
    """
    match effect:
        case StartTask(turn_id=turn_id):
            return (BeginTurn(turn_id=turn_id),)
        case CancelScopes(turn_id=turn_id):
            return (ScopesGone(turn_id=turn_id, scopes=1),)
        case AwaitUnwind(turn_id=turn_id, grace_ms=grace_ms):
            abandoned = (Leftover(effect_id="e", call_id="c"),)
            return (
                Unwound(turn_id=turn_id, grace_ms=grace_ms),
                Unwound(turn_id=turn_id, grace_ms=grace_ms, abandoned=abandoned),
            )
        case FlushJournal(turn_id=turn_id):
            return (
                FlushEnded(turn_id=turn_id, through_seq=1),
                FlushEnded(turn_id=turn_id, error="disk full", pending=1),
            )
        case ConcludeAbort(turn_id=turn_id):
            ordinary = Conclude(turn_id=turn_id)
            if next_turn_id is None:
                return (ordinary,)
            return (ordinary, Conclude(turn_id=turn_id, next_turn_id=next_turn_id))
        case CloseSession():
            return (Close(),)
        case _:
            return ()


@attrs.frozen
class Given:
    """A command that a session under way is given."""

    command: Command
    effect: Effect | None = None
    """The effect that ends in it; None for a client's command."""


@attrs.frozen
class Underway:
    """A session, and what the engine has still to tell it."""

    state: State
    pending: tuple[Effect, ...] = ()
    """Effects that have begun and will end in a command, oldest first; those of turns that are over too."""
    parked: tuple[Command, ...] = ()
    """Commands that wait for the slot."""
    watched: str | None = None
    """The turn that a promise is about."""

    @property
    def key(self) -> Hashable:
        """What may come of it depends on: equal keys, same future."""
        return plain(self.state), self.pending, self.parked, self.watched


def resumed(state: State, watched: str | None = None, react: React = react) -> Underway:
    """Return *state* with the effects that a process begins that finds it, which are those that led on from there."""
    return Underway(state, _that_end(react(INITIAL, (), state)), (), watched)


def _that_end(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    return tuple(effect for effect in effects if answers(effect))


def _what_clients_ask() -> Alphabet:
    return Alphabet(families=CLIENTS)


@attrs.frozen
class Engine:
    """How a session under way goes on: pure, as the actor does it, and without an actor."""

    decide: Decide = decide
    react: React = react
    clients: Alphabet = attrs.field(factory=_what_clients_ask)
    """What clients may ask."""

    def own(self, now: Underway) -> Iterator[tuple[Hashable, Given]]:
        """Yield every way in which one of the engine's effects may end now, with the effect whose end it is."""
        fresh = next(turn for turn in TURNS if turn not in _turns(now))
        for effect in dict.fromkeys(now.pending):
            for command in answers(effect, fresh):
                yield effect, Given(command, effect)

    def others(self, now: Underway) -> Iterator[Given]:
        """Yield every command that a client may give now."""
        for command in self.clients.commands(now.state, _turns(now)):
            yield Given(command)

    def step(self, now: Underway, given: Given) -> tuple[Underway, tuple[Decision, ...]]:
        """Decide a command, and after it those that waited, if the slot is free. The label: all decisions."""
        pending = list(now.pending)
        if given.effect is not None:
            pending.remove(given.effect)
        state, parked = now.state, list(now.parked)
        todo, decisions = [given.command], list[Decision]()
        while todo:
            command = todo.pop()
            decision = self.decide(state, command)
            decisions.append(decision)
            pending += _that_end(self.react(state, decision.events, decision.state))
            state = decision.state
            if decision.parked:
                parked.append(command)
            elif parked and not is_aborting(state):
                todo.append(parked.pop(0))
        if given.effect is None and state is now.state and len(parked) == len(now.parked):
            return now, tuple(decisions)
        return Underway(state, tuple(pending), tuple(parked), now.watched), tuple(decisions)


def _turns(now: Underway) -> frozenset[str]:
    """Ids of turns that are spoken of already, but for those that only input or approvals know."""
    state = now.state
    known = {None if state.turn is None else state.turn.turn_id, now.watched}
    known |= {getattr(effect, "turn_id", None) for effect in now.pending}
    known |= {getattr(command, "turn_id", None) for command in now.parked}
    return frozenset(turn for turn in known if turn is not None)
