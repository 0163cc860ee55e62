"""Whether an event may happen in a state, and which machines it moves: the tables, asked about a state."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from turnfold.core.lifecycle import (
    BARRIERS,
    ENDS,
    EVENT_TRIGGERED,
    FIRST,
    KEYS,
    SEEN_BY,
    STATE_TRIGGERED,
    IllegalEvent,
    Machine,
    Phase,
    TurnPhase,
    settle,
)
from turnfold.core.state import State
from turnfold.events import Envelope, Event

LEDGERS: Final[Mapping[Machine, str]] = MappingProxyType(
    {
        Machine.CALL: "calls",
        Machine.APPROVAL: "approvals",
        Machine.HOOK_RUN: "hook_runs",
        Machine.NETWORK: "hosts",
    }
)
"""Field of `State` that holds the open instances of a machine by key; session and turn have their own."""

_PASSED_THROUGH: Final = frozenset(joint.at for joint in STATE_TRIGGERED)


class Move(NamedTuple):
    """One machine's move. A named tuple, because one or more are made for most events."""

    machine: Machine
    """Machine that moves."""

    key: str
    """Key of its instance; empty for the session."""

    phase: Phase
    """Phase in which it comes to rest."""

    over: bool
    """Whether the instance is to be forgotten."""


def moves(state: State, envelope: Envelope) -> list[Move]:
    """Return what moves when the envelope's event happens in *state*; empty when nothing does.

    Raises IllegalEvent when a machine that sees the event has no row for it, or an instance bars it.
    """
    event = envelope.event
    kind = type(event)
    found: list[Move] = []
    for machine in _seen_by(kind):
        named = _instance(state, machine, event)
        if named is None:
            continue
        key, phase = named
        target = EVENT_TRIGGERED[machine][phase].get(kind)
        if target is None:
            raise _refusal(envelope, machine, key, phase)
        if target is not phase:
            if target in _PASSED_THROUGH:
                target = settle(target, event)
            found.append(Move(machine, key, target, target in ENDS))
    for machine in BARRIERS.get(kind, ()):
        _pass(state, envelope, machine)
    return found


def _seen_by(kind: type[Event]) -> tuple[Machine, ...]:
    try:
        return SEEN_BY[kind]
    except KeyError:
        raise TypeError(f"{kind.__name__} is not in turnfold.events.EVENTS, so no table knows it") from None


def _instance(state: State, machine: Machine, event: Event) -> tuple[str, Phase] | None:
    """Return key and phase of the instance that the event is about; None when it names none."""
    if machine is Machine.SESSION:
        return "", state.session
    key: str | None = getattr(event, KEYS[machine], None)
    if machine is Machine.TURN:
        turn = state.turn
        if turn is not None and (key is None or key == turn.turn_id):
            return turn.turn_id, turn.phase
        return key or "", TurnPhase.NONE
    if key is None:
        return None
    instance = getattr(state, LEDGERS[machine]).get(key)
    return key, FIRST[machine] if instance is None else instance.phase


def _pass(state: State, envelope: Envelope, machine: Machine) -> None:
    """Raise IllegalEvent when an instance of *machine* is open other than the one that the event names."""
    own = getattr(envelope.event, KEYS[machine], None)
    for key, phase in _open(state, machine):
        if key != own:
            raise _refusal(envelope, machine, key, phase, barred=True)


def _open(state: State, machine: Machine) -> list[tuple[str, Phase]]:
    if machine is Machine.TURN:
        return [] if state.turn is None else [(state.turn.turn_id, state.turn.phase)]
    ledger: Mapping[str, Any] = getattr(state, LEDGERS[machine])
    return [(key, instance.phase) for key, instance in ledger.items()]


def _refusal(
    envelope: Envelope, machine: Machine, key: str, phase: Phase, *, barred: bool = False
) -> IllegalEvent:
    legal = tuple(EVENT_TRIGGERED[machine][phase])
    return IllegalEvent(envelope, machine, key or None, phase, legal, barred=barred)
