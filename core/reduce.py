"""The fold: the one place where an event becomes a change of state."""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce as _reduce
from types import MappingProxyType
from typing import Any, Final

import attrs

from turnfold.core.absorb import ABSORBED
from turnfold.core.lifecycle import RESETS, Machine, SequenceError
from turnfold.core.state import INITIAL, Approval, Call, HookRun, Host, State, Turn
from turnfold.core.step import LEDGERS, Move, moves
from turnfold.events import Envelope, Event, Origin

_OPENERS: Final[Mapping[Machine, Callable[[Any, Any, int], object]]] = MappingProxyType(
    {
        Machine.TURN: lambda event, phase, seq: Turn(event.turn_id, phase, seq),
        Machine.CALL: lambda event, phase, seq: Call(event.call_id, phase, seq, event.name, event.call_type),
        Machine.APPROVAL: lambda event, phase, seq: Approval(
            event.approval_id, phase, seq, event.call_id, event.approval_kind
        ),
        Machine.HOOK_RUN: lambda event, phase, seq: HookRun(
            event.run_id, phase, seq, event.event_name, event.call_id
        ),
        Machine.NETWORK: lambda event, phase, seq: Host(event.target, phase, seq),
    }
)
"""How a keyed machine's first move becomes an instance."""


def reduce(state: State, envelope: Envelope) -> State:
    """Return the state after the envelope's event. Pure and strict.

    A derived twin of the last event says the same thing again and changes nothing.

    Raises SequenceError when it is not the next envelope, and IllegalEvent when its event may not happen in
    *state*; the tables in `core.lifecycle` say which may.
    """
    seq = envelope.seq
    if seq != state.seq + 1:
        if envelope.origin is Origin.DERIVED and seq == state.seq:
            return state
        raise SequenceError(state.seq + 1, envelope)
    moved = moves(state, envelope)
    event = envelope.event
    kind = type(event)
    if not moved and kind not in ABSORBED and kind not in RESETS:
        # Most events: written out, because it is several times as fast as `attrs.evolve`.
        return State(
            seq,
            state.session,
            state.session_id,
            state.turn,
            state.calls,
            state.approvals,
            state.hook_runs,
            state.hosts,
            state.inputs,
            state.tokens,
            state.settings,
            state.mail,
            state.answered,
            state.behaviour,
        )
    return _changed(state, event, seq, moved)


def fold(envelopes: Iterable[Envelope], state: State = INITIAL) -> State:
    """Return the state after all *envelopes*, in order, beginning from *state*. Raises as `reduce` does."""
    return _reduce(reduce, envelopes, state)


def _changed(state: State, event: Event, seq: int, moved: list[Move]) -> State:
    """Collect every change that the event brings about, and evolve the state once."""
    changes: dict[str, Any] = {"seq": seq}
    for move in moved:
        _move(state, event, seq, move, changes)
    for machine in RESETS.get(type(event), ()):
        changes[LEDGERS[machine]] = {}
    absorb = ABSORBED.get(type(event))
    if absorb is not None:
        absorb(state, event, changes)
    return attrs.evolve(state, **changes)


def _move(state: State, event: Event, seq: int, move: Move, changes: dict[str, Any]) -> None:
    machine, key, phase, over = move
    if machine is Machine.SESSION:
        changes["session"] = phase
        return
    if machine is Machine.TURN:
        changes["turn"] = None if over else _moved(state.turn, machine, event, phase, seq)
        return
    name = LEDGERS[machine]
    ledger = dict(getattr(state, name))
    if over:
        del ledger[key]
    else:
        ledger[key] = _moved(ledger.get(key), machine, event, phase, seq)
    changes[name] = ledger


def _moved(instance: Any, machine: Machine, event: Event, phase: Any, seq: int) -> Any:
    if instance is None:
        return _OPENERS[machine](event, phase, seq)
    return attrs.evolve(instance, phase=phase)
