"""What is left of a table when some event types can't be seen.

A log of another producer shows a part of our vocabulary. The types that it can't show become silent moves:
any number of them may have happened, so where one phase was, there is a set of possible phases.

Projections are generated from the tables and never written by hand. Every legal history, cut down to the
visible types, is accepted, so an order that is refused is wrong, whatever else happened.
"""

from collections.abc import Collection, Mapping
from enum import Enum
from functools import cache
from typing import TypeAlias

import attrs

from turnfold.core.lifecycle.graph import alphabet
from turnfold.core.lifecycle.joint import resting_places
from turnfold.core.lifecycle.phases import ENDS, FIRST, Machine, Phase
from turnfold.core.lifecycle.tables import EVENT_TRIGGERED
from turnfold.events import Event

Possible: TypeAlias = frozenset[Phase]


class Legality(Enum):
    """In how many of the possible phases an event is legal, at once or after silent moves."""

    ALL = "all"
    """However the log came here, the event is legal."""

    SOME = "some"
    """Whether it is legal depends on what was not seen."""

    NONE = "none"
    """No legal history explains it."""


@attrs.frozen(eq=False)
class Projection:
    """One machine as somebody sees it who sees only some event types.

    Instances that ended are forgotten here too: in the place of an end stands the first phase.
    """

    machine: Machine
    """Machine that is projected."""

    visible: frozenset[type[Event]]
    """Event types of the machine that can be seen."""

    start: Possible
    """Possible phases of an instance that nothing was seen of."""

    rows: Mapping[Possible, Mapping[type[Event], Possible]]
    """Next possible phases by possible phases and visible type; what is absent is illegal."""

    def row(self, possible: Possible) -> Mapping[type[Event], Possible]:
        """Return the row of any set of phases, also of one that only another projection leads to."""
        found = self.rows.get(possible)
        return _row(self.machine, possible, self.visible) if found is None else found

    def widened(self, possible: Possible) -> Possible:
        """Return *possible* and all that silent moves add to it: where a log is taken over from another view."""
        return _closure(self.machine, set(possible), alphabet(self.machine) - self.visible)

    def legality(self, possible: Possible, kind: type[Event]) -> Legality:
        """Return in how many of the possible phases *kind* is legal.

        Every visible type may be asked for; a type that is not visible is a silent move and no question.
        """
        table = EVENT_TRIGGERED[self.machine]
        hidden = alphabet(self.machine) - self.visible
        legal = [
            any(kind in table[phase] for phase in _closure(self.machine, {start}, hidden))
            for start in possible
        ]
        if all(legal):
            return Legality.ALL
        return Legality.SOME if any(legal) else Legality.NONE


def project(machine: Machine, visible: Collection[type[Event]]) -> Projection:
    """Return the table of *machine* for a log that can show the *visible* event types. Made once and kept."""
    return _project(machine, alphabet(machine) & frozenset(visible))


@cache
def _project(machine: Machine, visible: frozenset[type[Event]]) -> Projection:
    """Determinise the table by the powerset construction, with hidden types as empty moves."""
    start = _closure(machine, {FIRST[machine]}, alphabet(machine) - visible)
    rows: dict[Possible, Mapping[type[Event], Possible]] = {}
    todo = [start]
    while todo:
        possible = todo.pop()
        if possible not in rows:
            rows[possible] = _row(machine, possible, visible)
            todo.extend(rows[possible].values())
    return Projection(machine, visible, start, rows)


def _row(
    machine: Machine, possible: Possible, visible: frozenset[type[Event]]
) -> Mapping[type[Event], Possible]:
    table, hidden = EVENT_TRIGGERED[machine], alphabet(machine) - visible
    # In the order of the table, so that what is listed as legal reads the same in every run.
    kinds = dict.fromkeys(
        kind for phase, row in table.items() if phase in possible for kind in row if kind in visible
    )
    return {kind: _after(machine, possible, kind, hidden) for kind in kinds}


def _after(
    machine: Machine, possible: Possible, kind: type[Event], hidden: frozenset[type[Event]]
) -> Possible:
    table = EVENT_TRIGGERED[machine]
    moved = (resting_places(table[phase][kind]) for phase in possible if kind in table[phase])
    return _closure(machine, {phase for places in moved for phase in places}, hidden)


def _closure(machine: Machine, phases: set[Phase], hidden: frozenset[type[Event]]) -> Possible:
    """Add every phase that silent moves lead to, and forget instances that have ended."""
    table = EVENT_TRIGGERED[machine]
    found: set[Phase] = set()
    todo = list(phases)
    while todo:
        phase = todo.pop()
        phase = FIRST[machine] if phase in ENDS else phase
        if phase not in found:
            found.add(phase)
            for kind, target in table[phase].items():
                if kind in hidden:
                    todo.extend(resting_places(target))
    return frozenset(found)
