"""The instances of one machine, run on a projected table."""

from __future__ import annotations

from typing import TypeAlias

from turnfold.core.lifecycle import (
    ENDS,
    EVENT_TRIGGERED,
    PHASES,
    Phase,
    Possible,
    Projection,
    resting_places,
)
from turnfold.events import Event

WIDTH = 12
"""Bits for the number of a node; a projection has some tens of them."""
MASK = (1 << WIDTH) - 1

Node: TypeAlias = tuple[Possible, frozenset[Phase]]
"""Possible phases of an instance, and the ends by which its latest life ended (none while it lives)."""


class Instances:
    """Every key's possible phases and the line of its last step, in one integer a key.

    A log of a million calls has a million keys: an int in a dict is all that each of them costs. The tables forget
    an instance at its end; here the end is remembered, for it tells a second terminal from one without a start.
    """

    def __init__(self, projection: Projection, before: Instances | None = None) -> None:
        """Begin with nothing, or take over the instances of *before*, whose producer could show other events."""
        self._projection = projection
        self._nodes: list[Node] = []
        self._index: dict[Node, int] = {}
        self._rows: list[dict[type[Event], int]] = []
        self._compile((projection.start, frozenset()))
        self._at: dict[str, int] = {}
        if before is not None:
            self._take_over(before)

    def step(self, key: str, kind: type[Event], at: int) -> bool:
        """Move *key* by one event. False, and nothing changed, where every possible phase refuses it."""
        return self.move(key, kind, at) is not None

    def move(self, key: str, kind: type[Event], at: int) -> int | None:
        """Move *key* by one event, and return the line of its move before (0 for none); None where it is refused.

        An event that leaves an instance where it is, is no move.
        """
        packed = self._at.get(key, 0)
        number = packed & MASK
        target = self._rows[number].get(kind)
        if target is None:
            return None
        if target != number:
            self._at[key] = at << WIDTH | target
        return packed >> WIDTH

    def catch_up(self, key: str, kind: type[Event], at: int) -> None:
        """After a refusal: put *key* where *kind* leads, as far as that lies ahead of it.

        What follows is then judged by what the log says has happened, so that one missing step is one refusal.
        """
        table, order = EVENT_TRIGGERED[self._projection.machine], PHASES[self._projection.machine]
        now = max(map(order.index, self.phases(key)))
        targets = {row[kind] for phase, row in table.items() if row.get(kind, phase) is not phase}
        ahead = {place for target in targets for place in resting_places(target) if order.index(place) > now}
        if ahead:
            node = self._projection.widened(frozenset(ahead)), frozenset(ahead if ahead <= ENDS else ())
            self._compile(node)
            self._at[key] = at << WIDTH | self._index[node]

    def may(self, key: str, kind: type[Event]) -> bool:
        """Whether some possible phase of *key* takes that event."""
        return kind in self._rows[self._at.get(key, 0) & MASK]

    def phases(self, key: str) -> frozenset[Phase]:
        """The end of *key* if it has ended, else its possible phases."""
        possible, ends = self._nodes[self._at.get(key, 0) & MASK]
        return ends or possible

    def since(self, key: str) -> int:
        """Line of the last move of *key*; 0 when it has not moved."""
        return self._at.get(key, 0) >> WIDTH

    def _compile(self, *fresh: Node) -> None:
        """Number some nodes and all that they lead to. The node numbered 0 is that of a key not heard of."""
        for node in fresh:
            if node not in self._index:
                self._index[node] = len(self._nodes)
                self._nodes.append(node)
        while len(self._rows) < len(self._nodes):
            possible, ends = self._nodes[len(self._rows)]
            row: dict[type[Event], int] = {}
            self._rows.append(row)
            for kind, target in self._projection.row(possible).items():
                # What changes nothing leaves the memory of an end as it is, too.
                node = (target, self._ends(possible, kind) or (ends if target == possible else frozenset()))
                if node not in self._index:
                    self._index[node] = len(self._nodes)
                    self._nodes.append(node)
                row[kind] = self._index[node]

    def _ends(self, possible: Possible, kind: type[Event]) -> frozenset[Phase]:
        """The ends to which *kind* leads, if it leads to nothing else."""
        table = EVENT_TRIGGERED[self._projection.machine]
        targets: set[Phase] = set()
        for phase in possible:
            if kind in table[phase]:
                targets |= resting_places(table[phase][kind])
        return frozenset(targets) if targets <= ENDS else frozenset()

    def _take_over(self, before: Instances) -> None:
        widened = [(self._projection.widened(possible), ends) for possible, ends in before._nodes]
        self._compile(*widened)
        moved = [self._index[node] for node in widened]
        self._at = {key: packed & ~MASK | moved[packed & MASK] for key, packed in before._at.items()}
