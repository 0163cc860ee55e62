"""Keys that merge what behaves differently are found out."""

from __future__ import annotations

from collections.abc import Hashable

from tests.replay.search.toys import Graph, moves_of, to
from turnfold.replay.search import audit_key

TWINS: Graph = {0: [1, 2], 1: [3], 2: [3], 3: [0]}


def merged(state: int) -> Hashable:
    """1 and 2 are one."""
    return "one or two" if state in {1, 2} else state


def parity(state: int) -> Hashable:
    """Odd or even."""
    return state % 2


def test_states_that_behave_alike_may_be_merged() -> None:
    """1 and 2 lead to the same state: nobody can tell them apart."""
    audit = audit_key(TWINS, moves_of(TWINS), to, key=merged)
    assert (4, 3, 5, None) == (audit.members, audit.classes, audit.transitions, audit.pair)
    assert "behave alike" in str(audit)


def test_states_that_do_not_may_not() -> None:
    """The pair is shown, and what only one of them does."""
    audit = audit_key(TWINS, moves_of(TWINS), to, key=parity)
    assert (0, 2) == audit.pair
    assert "only the first leads to (0, None)" == audit.difference
    assert "NOT alike" in str(audit)


def test_the_labels_can_tell_states_apart() -> None:
    """The same states after them, but not the same said."""
    assert (1, 2) == audit_key(TWINS, moves_of(TWINS), to, key=merged, shape=str).pair
