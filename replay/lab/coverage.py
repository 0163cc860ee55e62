"""Which edges of the lifecycle tables the sessions of an exploration took, which they can take, and which none took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from turnfold.core import (
    EVENT_TRIGGERED,
    FACTS,
    FIRST,
    INITIAL,
    KEYS,
    SEEN_BY,
    IllegalEvent,
    Machine,
    Phase,
    SequenceError,
    State,
    TurnPhase,
    reduce,
    resting_places,
    settle,
)
from turnfold.core.engine.fakes import CallTool
from turnfold.events import (
    EVENTS,
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    Envelope,
    Event,
    ExecBegan,
    ExecEnded,
    HookClosed,
    HookCompleted,
    HookDecided,
    HookStarted,
    JournalFailed,
    NetworkAccessRefused,
    NetworkAccessRequested,
    NetworkCallRegistered,
    NetworkDecisionMade,
    NetworkOutcomeRecorded,
    ReviewEnded,
    ReviewStarted,
    SandboxDenied,
    SessionResumed,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    ToolDecisionRecorded,
)
from turnfold.replay.lab.cast import Log
from turnfold.replay.lab.race import Race

_CALLS: Final = frozenset(
    {
        ToolCallRequested,
        ToolDecisionRecorded,
        ToolCallOutput,
        ToolCallClosed,
        ApprovalRequested,
        ApprovalResolved,
        ApprovalDropped,
    }
)
_HOOKS: Final = frozenset({HookStarted, HookCompleted, HookClosed, HookDecided})
_REVIEWS: Final = frozenset({ReviewStarted, ReviewEnded})
_NETWORK: Final = frozenset(
    {
        NetworkCallRegistered,
        NetworkAccessRequested,
        NetworkAccessRefused,
        NetworkDecisionMade,
        NetworkOutcomeRecorded,
    }
)
_ELSEWHERE: Final = frozenset({ExecBegan, ExecEnded, SandboxDenied, SessionResumed, JournalFailed})
"""What no session of a lab writes: its tools are no processes and not confined, it is new, and its journal holds."""

_EVERY: Final = frozenset(kind for rows in EVENT_TRIGGERED.values() for row in rows.values() for kind in row)

_LEDGERS: Final[Mapping[Machine, str]] = {
    Machine.CALL: "calls",
    Machine.APPROVAL: "approvals",
    Machine.HOOK_RUN: "hook_runs",
    Machine.NETWORK: "hosts",
}


@attrs.frozen
class Move:
    """One edge: an event that leads an instance of a machine from one phase to another.

    Events that leave an instance where it is are no edges. A row that leads to a phase which is only passed through (a
    decision about the network) is one edge for each phase in which the instance may come to rest.
    """

    machine: Machine
    source: Phase
    event: type[Event]
    target: Phase

    def __str__(self) -> str:
        return f"{self.machine.value}: {self.source.value} --{self.event.__name__}--> {self.target.value}"


def moves_with(kinds: Iterable[type[Event]]) -> list[Move]:
    """Return, in the order of the tables, each edge to which a session can come that writes events of these kinds only.

    It is what the tables allow, and so an upper bound: what the engine never does in some phase counts nevertheless.
    """
    allowed = frozenset(kinds)
    return [move for machine in Machine for move in _moves(machine, allowed)]


def _moves(machine: Machine, allowed: frozenset[type[Event]]) -> Iterator[Move]:
    found = {FIRST[machine]}
    fresh = set(found)
    while fresh:
        ends = {move.target for source in fresh for move in _leaving(machine, source, allowed)}
        fresh = ends - found
        found |= fresh
    for source in EVENT_TRIGGERED[machine]:
        if source in found:
            yield from _leaving(machine, source, allowed)


def _leaving(machine: Machine, source: Phase, allowed: frozenset[type[Event]]) -> list[Move]:
    return [
        Move(machine, source, kind, rest)
        for kind, target in EVENT_TRIGGERED[machine][source].items()
        if kind in allowed and target is not source
        for rest in sorted(resting_places(target), key=list(EVENT_TRIGGERED[machine]).index)
    ]


def moves_of(scenario: Race) -> list[Move]:
    """Return the edges that sessions of a race can take, with the parts they have.

    Without hooks, a reviewer or plugs there are no events of those, without a tool call in the script of the model none
    of calls and questions. What runs processes, confines them, resumes or fails to write is in no lab.
    """
    absent = set(_ELSEWHERE)
    steps = [step for responses in scenario.play.values() for response in responses for step in response]
    if not any(isinstance(step, CallTool) for step in steps):
        absent |= _CALLS
    if scenario.hooks is None:
        absent |= _HOOKS
    if scenario.reviewer is None:
        absent |= _REVIEWS
    if not scenario.plugs:
        absent |= _NETWORK
    return moves_with(_EVERY - absent)


class Coverage:
    """The edges that were taken.

    Logs are folded, not trusted: an edge is taken when `reduce` accepts the event. Logs that cannot differ in their
    edges are folded once.
    """

    def __init__(self, possible: Iterable[Move] = ()) -> None:
        self.possible = list(possible)
        """Those that can be taken, in the order of the tables."""
        self.taken: set[Move] = set()
        self._seen: set[int] = set()

    @property
    def logs(self) -> int:
        """How many different logs were folded here."""
        return len(self._seen)

    @property
    def missed(self) -> list[Move]:
        """Those that can be taken and were not, in the order of the tables."""
        return [move for move in self.possible if move not in self.taken]

    @property
    def beyond(self) -> list[Move]:
        """Those that were taken and were not held to be possible, sorted by their text."""
        return sorted(self.taken - set(self.possible), key=str)

    def take(self, log: Log) -> tuple[Move, ...]:
        """Fold a log, the only one or the next one, and return the edges that it took first."""
        mark = hash(tuple(map(_essence, log)))
        if mark in self._seen:
            return ()
        self._seen.add(mark)
        fresh = tuple(dict.fromkeys(move for move in _taken(log) if move not in self.taken))
        self.taken.update(fresh)
        return fresh


_ESSENTIAL: Final[Mapping[type[Event], tuple[str, ...]]] = {
    kind: tuple(
        sorted(
            {
                *(KEYS[machine] for machine in SEEN_BY[kind] if machine in KEYS),
                *(name for name, _ in FACTS.get(kind, {}).values()),
            }
        )
    )
    for kind in EVENTS
}
"""The attributes of an event by which its machines go."""


def _essence(envelope: Envelope) -> tuple[object, ...]:
    event = envelope.event
    kind = type(event)
    return (kind, *(getattr(event, name, None) for name in _ESSENTIAL[kind]))


def _taken(log: Log) -> Iterator[Move]:
    """The edges of a log, up to its end or to an event that is illegal."""
    state = INITIAL
    for envelope in log:
        event = envelope.event
        kind = type(event)
        before = [(machine, _phase(state, machine, event)) for machine in SEEN_BY[kind]]
        try:
            after = reduce(state, envelope)
        except (IllegalEvent, SequenceError):
            return
        if after is state:  # a derived twin, which says the same thing again
            continue
        state = after
        for machine, source in before:
            if source is not None:
                target = settle(EVENT_TRIGGERED[machine][source][kind], event)
                if target is not source:
                    yield Move(machine, source, kind, target)


def _phase(state: State, machine: Machine, event: Event) -> Phase | None:
    """The phase of the instance that an event is about; None if it names none."""
    if machine is Machine.SESSION:
        return state.session
    key: str | None = getattr(event, KEYS[machine], None)
    if machine is Machine.TURN:
        own = state.turn is not None and key in {None, state.turn.turn_id}
        return state.turn.phase if own and state.turn is not None else TurnPhase.NONE
    if key is None:
        return None
    instance: Any = getattr(state, _LEDGERS[machine]).get(key)
    return FIRST[machine] if instance is None else instance.phase
