"""The rules that reach across instances or into an event's content: barriers, resets, facts and joints."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

import attrs

from turnfold.core.lifecycle.phases import Machine, NetworkPhase, Phase
from turnfold.events import (
    AbortUnwound,
    Event,
    NetworkDecisionMade,
    SessionResumed,
    ShutdownCompleted,
    TurnAborted,
    TurnCompleted,
    TurnReserved,
    TurnStarted,
)

BARRIERS: Final[Mapping[type[Event], tuple[Machine, ...]]] = MappingProxyType(
    {
        # A turn closes what it opened: every call and hook run has an end in the log, whatever cut it short.
        AbortUnwound: (Machine.CALL, Machine.HOOK_RUN),
        TurnAborted: (Machine.CALL, Machine.HOOK_RUN),
        TurnCompleted: (Machine.CALL, Machine.HOOK_RUN),
        # Waiters of an ended turn are dropped before the next one, so that none can be answered into it.
        TurnReserved: (Machine.TURN, Machine.APPROVAL),
        TurnStarted: (Machine.TURN, Machine.APPROVAL),
        ShutdownCompleted: (Machine.TURN, Machine.CALL, Machine.APPROVAL, Machine.HOOK_RUN),
    }
)
"""Machines of which no instance may be open when an event of the type happens, but for the one it names.

A barrier is about all instances at once, so a reader that follows keys one by one may leave barriers out: it
then accepts more, never less.
"""

RESETS: Final[Mapping[type[Event], tuple[Machine, ...]]] = MappingProxyType(
    {
        # What was decided for a session holds as long as its process, not across a resume.
        SessionResumed: (Machine.NETWORK,),
    }
)
"""Machines whose instances are all forgotten when an event of the type happens."""


class Fact(Enum):
    """What a joint may ask about the event that led to it."""

    ALLOWED = "allowed"
    """The decision lets the connection through."""

    FOR_SESSION = "for_session"
    """The decision holds until the session ends."""


FACTS: Final[Mapping[type[Event], Mapping[Fact, tuple[str, frozenset[object]]]]] = MappingProxyType(
    {
        NetworkDecisionMade: {
            Fact.ALLOWED: ("decision", frozenset({"allow_once", "allow_session"})),
            Fact.FOR_SESSION: ("decision", frozenset({"allow_session", "deny_session"})),
        }
    }
)
"""For each event type with facts: the attribute to look at, and the values with which the fact holds."""


@attrs.frozen
class Joint:
    """From *at* the instance moves on at once, without an event, by the facts of the event that led there."""

    machine: Machine
    """Machine of the instance."""

    at: Phase
    """Phase that is passed through."""

    holds: frozenset[Fact]
    """Facts that have to hold; all others must not."""

    to: Phase
    """Phase in which it comes to rest."""


STATE_TRIGGERED: Final[tuple[Joint, ...]] = (
    Joint(Machine.NETWORK, NetworkPhase.DECIDED, frozenset({Fact.ALLOWED}), NetworkPhase.ALLOWED_ONCE),
    Joint(Machine.NETWORK, NetworkPhase.DECIDED, frozenset(), NetworkPhase.DENIED_ONCE),
    Joint(
        Machine.NETWORK,
        NetworkPhase.DECIDED,
        frozenset({Fact.ALLOWED, Fact.FOR_SESSION}),
        NetworkPhase.SESSION_APPROVED,
    ),
    Joint(Machine.NETWORK, NetworkPhase.DECIDED, frozenset({Fact.FOR_SESSION}), NetworkPhase.SESSION_DENIED),
)
"""Every joint. A value that nobody knows makes no fact true, so an unknown decision denies once."""

_SETTLED: Final[Mapping[tuple[Phase, frozenset[Fact]], Phase]] = {
    (joint.at, joint.holds): joint.to for joint in STATE_TRIGGERED
}


def facts(event: Event) -> frozenset[Fact]:
    """Return the facts that the event's content makes true."""
    named = FACTS.get(type(event), {})
    return frozenset(fact for fact, (name, values) in named.items() if getattr(event, name) in values)


def settle(phase: Phase, event: Event) -> Phase:
    """Return where an instance comes to rest that *event* has just moved to *phase*."""
    return _SETTLED.get((phase, facts(event)), phase)


def resting_places(phase: Phase) -> frozenset[Phase]:
    """Return every phase in which an instance may come to rest after a row led it to *phase*."""
    return frozenset(joint.to for joint in STATE_TRIGGERED if joint.at is phase) or frozenset({phase})
