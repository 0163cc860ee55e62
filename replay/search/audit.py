"""Whether a key may be used: the states that it makes one must not behave differently."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic

import attrs

from turnfold.replay.search.ways import C, L, S, StepFunction


@attrs.frozen(kw_only=True)
class KeyAudit(Generic[S]):
    """Whether states with equal keys behave alike."""

    classes: int
    """Different keys."""
    members: int
    """States that were looked at."""
    transitions: int
    """Commands that were decided."""
    pair: tuple[S, S] | None
    """Two states with one key that behave differently; None when there are none."""
    difference: str | None
    """What one of them does and the other does not."""

    def __str__(self) -> str:
        count = f"{self.members} states with {self.classes} different keys, {self.transitions} transitions"
        if self.pair is None:
            return f"{count}: states with equal keys behave alike"
        one, other = self.pair
        return f"{count}: NOT alike: {self.difference}\n  {one!r}\n  {other!r}"


def audit_key(
    states: Iterable[S],
    moves: Callable[[S], Iterable[C]],
    step: StepFunction[S, C, L],
    *,
    key: Callable[[S], Hashable],
    shape: Callable[[L], Hashable] | None = None,
) -> KeyAudit[S]:
    """Check that states with equal keys do the same, up to the key.

    For any two of *states* with one key: whatever a command of *moves* makes of one, some command makes of the other:
    the key of the state after it, and the *shape* of the label. If that holds for all states that a finer key tells
    apart, and they are closed under *moves*, the key is a bisimulation: a search with it visits one state of each class
    that the finer search visits, and checks that look at keys and shapes only see the same.
    """
    known: dict[Hashable, tuple[S, frozenset[Hashable]]] = {}
    members = transitions = 0
    pair: tuple[S, S] | None = None
    difference: str | None = None
    for state in states:
        members += 1
        found = set[Hashable]()
        for command in moves(state):
            transitions += 1
            after, label = step(state, command)
            found.add((key(after), None if shape is None else shape(label)))
        outcomes = frozenset(found)
        first, known_outcomes = known.setdefault(key(state), (state, outcomes))
        if known_outcomes != outcomes:
            pair = (first, state)
            only = min(known_outcomes ^ outcomes, key=repr)
            difference = f"only the {'first' if only in known_outcomes else 'second'} leads to {only!r}"
            break
    return KeyAudit(
        classes=len(known), members=members, transitions=transitions, pair=pair, difference=difference
    )
