"""The instances of one machine, run on a projected table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from turnfold.core.lifecycle import ENDS, EVENT_TRIGGERED, FIRST, Phase, Possible, Projection, resting_places
from turnfold.events import Event

Node: TypeAlias = tuple[Possible, frozenset[Phase]]
"""Possible phases of an instance, and the ends by which its latest life ended (none while it lives)."""


class Instances:
    """Every key's possible phases and the line of its last step, in one integer a key.

    A log of a million calls has a million keys: an int in a dict is all that each of them costs. The tables forget
    an instance at its end; here the end is remembered, for it tells a second terminal from one without a start.
    """

    def __init__(self, projection: Projection) -> None:
        self._nodes, self._rows = _compile(projection)
        self._width = len(self._nodes).bit_length()
        self._mask = (1 << self._width) - 1
        self._first = FIRST[projection.machine]
        self._at: dict[str, int] = {}

    def step(self, key: str, kind: type[Event], at: int) -> bool:
        """Move *key* by one event. False, and nothing changed, where every possible phase refuses it."""
        target = self._rows[self._at.get(key, 0) & self._mask].get(kind)
        if target is None:
            return False
        self._at[key] = at << self._width | target
        return True

    def may(self, key: str, kind: type[Event]) -> bool:
        """Whether some possible phase of *key* takes that event."""
        return kind in self._rows[self._at.get(key, 0) & self._mask]

    def phases(self, key: str) -> frozenset[Phase]:
        """The end of *key* if it has ended, else its possible phases."""
        possible, ends = self._nodes[self._at.get(key, 0) & self._mask]
        return ends or possible

    def since(self, key: str) -> int:
        """Line of the last step of *key*; 0 when it has not moved."""
        return self._at.get(key, 0) >> self._width

    def open_keys(self) -> Mapping[str, int]:
        """Keys that have certainly begun and not ended: key → line of their last step."""
        live = {number for number, (possible, _) in enumerate(self._nodes) if self._first not in possible}
        mask, width = self._mask, self._width
        return {key: packed >> width for key, packed in self._at.items() if packed & mask in live}


def _compile(projection: Projection) -> tuple[list[Node], list[dict[type[Event], int]]]:
    """Number the nodes that can be reached; the first is that of a key nobody has heard of."""
    nodes: list[Node] = [(projection.start, frozenset())]
    index = {nodes[0]: 0}
    rows: list[dict[type[Event], int]] = []
    for possible, _ in nodes:  # grows while it is read
        row: dict[type[Event], int] = {}
        for kind, target in projection.rows[possible].items():
            node = (target, _ends(projection, possible, kind))
            if node not in index:
                index[node] = len(nodes)
                nodes.append(node)
            row[kind] = index[node]
        rows.append(row)
    return nodes, rows


def _ends(projection: Projection, possible: Possible, kind: type[Event]) -> frozenset[Phase]:
    """The ends to which *kind* leads, if it leads to nothing else."""
    table = EVENT_TRIGGERED[projection.machine]
    targets = frozenset().union(
        *(resting_places(table[phase][kind]) for phase in possible if kind in table[phase])
    )
    return targets if targets <= ENDS else frozenset()
