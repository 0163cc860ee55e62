"""Which instance of a machine an event is about."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from turnfold.core.lifecycle.graph import alphabet
from turnfold.core.lifecycle.phases import Machine
from turnfold.events import EVENTS, Event

KEYS: Final[Mapping[Machine, str]] = MappingProxyType(
    {
        Machine.TURN: "turn_id",
        Machine.CALL: "call_id",
        Machine.APPROVAL: "approval_id",
        Machine.HOOK_RUN: "run_id",
        Machine.NETWORK: "target",
    }
)
"""Attribute of an event that names the instance. The session has one instance, hence no key."""

SEEN_BY: Final[Mapping[type[Event], tuple[Machine, ...]]] = MappingProxyType(
    {kind: tuple(machine for machine in Machine if kind in alphabet(machine)) for kind in EVENTS}
)
"""Machines that see each event type, in the order in which they are asked."""


def key_of(machine: Machine, event: Event) -> str | None:
    """Return the key of the instance that *event* is about, or None when it names none.

    None means, for the session: its one instance. For a turn: the turn in the slot, or, with an empty slot,
    phase NONE. For every other machine: no instance, so the machine does not look at the event.
    """
    name = KEYS.get(machine)
    key: str | None = None if name is None else getattr(event, name, None)
    return key
