"""The tables seen as a graph: what the docs, the audits and the replayer ask of them."""

from collections import deque
from collections.abc import Collection, Iterator
from typing import Final

import attrs

from turnfold.core.lifecycle.joint import STATE_TRIGGERED, Fact, resting_places
from turnfold.core.lifecycle.phases import ENDS, FIRST, Machine, Phase
from turnfold.core.lifecycle.tables import EVENT_TRIGGERED
from turnfold.events import Event


@attrs.frozen
class Edge:
    """One row entry of a table, or one joint."""

    machine: Machine
    """Machine whose table it is in."""

    source: Phase
    """Phase before."""

    label: type[Event] | frozenset[Fact]
    """Event type that makes the move; for a joint the facts that have to hold."""

    target: Phase
    """Phase after."""


def edges(machine: Machine) -> Iterator[Edge]:
    """Yield every move of a machine: its rows in table order, then its joints."""
    for source, row in EVENT_TRIGGERED[machine].items():
        for kind, target in row.items():
            yield Edge(machine, source, kind, target)
    for joint in STATE_TRIGGERED:
        if joint.machine is machine:
            yield Edge(machine, joint.at, joint.holds, joint.to)


_ALPHABETS: Final = {
    machine: frozenset(kind for row in rows.values() for kind in row)
    for machine, rows in EVENT_TRIGGERED.items()
}


def alphabet(machine: Machine) -> frozenset[type[Event]]:
    """Return the event types that a machine sees."""
    return _ALPHABETS[machine]


def reachable(machine: Machine, start: Phase | None = None) -> frozenset[Phase]:
    """Return the phases that can be reached from *start* (default: the machine's first), itself included."""
    found = {FIRST[machine] if start is None else start}
    while fresh := {edge.target for edge in edges(machine) if edge.source in found} - found:
        found |= fresh
    return frozenset(found)


def bridge(
    machine: Machine, phase: Phase, kind: type[Event], through: Collection[type[Event]]
) -> tuple[type[Event], ...] | None:
    """Return the shortest sequence of event types from *through* after which *kind* is legal.

    It is what a replayer infers when a log can't show those types: the phases of an abort before a
    `turn_aborted`, for instance. Empty when *kind* is legal already; None when nothing of *through* helps.
    """
    rows = EVENT_TRIGGERED[machine]
    paths: deque[tuple[Phase, tuple[type[Event], ...]]] = deque([(phase, ())])
    seen = {phase}
    while paths:
        at, path = paths.popleft()
        if kind in rows[at]:
            return path
        for step, target in rows[at].items():
            if step in through:
                fresh = {FIRST[machine] if rest in ENDS else rest for rest in resting_places(target)} - seen
                seen |= fresh
                paths.extend((rest, (*path, step)) for rest in fresh)
    return None
