"""Ids make no difference: that states which differ in them alone count as one loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core import State
from turnfold.core.commands import Command
from turnfold.core.decide import Decision, decide
from turnfold.core.results import Refused, Result
from turnfold.events import Event
from turnfold.replay.search import audit_key, search
from turnfold.replay.search.session import (
    EVERY,
    Alphabet,
    Bounds,
    SessionSearched,
    canonical,
    exact,
    opened,
    plain,
    renamed,
    search_session,
    swapped,
)

QUEUES = opened(marker=False, while_aborting="queue")

TWO = Bounds(each=2, together=2)
FEW = ("input", "interrupts", "phases", "calls", "questions", "network")
"""Families with ids of every sort but mail and hook runs, few enough to be searched without symmetry."""


def step(state: State, command: Command) -> tuple[State, Decision]:
    """The system under search."""
    decision = decide(state, command)
    return decision.state, decision


def shape(decision: Decision) -> tuple[object, ...]:
    """What a decision says, ids and texts left out."""
    reason = decision.result.reason if isinstance(decision.result, Refused) else None
    return (*(event.kind for event in decision.events), type(decision.result).__name__, reason)


def silent(value: Event | Result | None) -> Event | Result | None:
    """An event or result without its message: a message may name ids within a text."""
    if value is None or "message" not in attrs.fields_dict(type(value)):
        return value
    blank: Event | Result = attrs.evolve(cast("Any", value), message="")
    return blank


def told(decision: Decision) -> tuple[object, ...]:
    """All that a decision says, but for messages."""
    events = tuple(silent(event) for event in decision.events)
    return events, silent(decision.result), decision.parked, decision.state


@cache
def two_of_each() -> SessionSearched:
    """A search with two of each sort, without symmetry."""
    return search_session(
        QUEUES, alphabet=Alphabet(families=FEW, ids=2, every_id=True), bounds=TWO, symmetry=False
    )


@given(st.data())
def test_renaming_ids_renames_the_decision(data: st.DataObject) -> None:
    """`decide` commutes with any renaming of ids, in every state that two of each sort reach."""
    searched = two_of_each()
    node = data.draw(st.integers(0, searched.states - 1), label="state")
    state = searched.nodes[node].state
    alphabet = Alphabet(ids=2, every_id=True, families=EVERY)
    command = data.draw(st.sampled_from(alphabet.commands(state)))
    names = swapped(2)
    both = decide(renamed(state, names), renamed(command, names))
    assert renamed(told(decide(state, command)), names) == told(both)
    assert canonical(state) == canonical(renamed(state, names))


def test_a_renaming_renames_everything_and_back() -> None:
    """Done twice it changes nothing; done once it changes every state in which something has an id."""
    names = swapped(2)
    for state in two_of_each().reached():
        other = renamed(state, names)
        assert state == renamed(other, names)
        has_ids = bool(state.turn or state.calls or state.approvals or state.hosts)
        assert not has_ids or plain(state) != plain(other)


def nothing_is_lost(reduced: SessionSearched, whole: SessionSearched) -> None:
    """Check that two searches, with symmetry and without, reach the same states up to the names of ids."""
    classes = set(map(canonical, whole.reached()))
    assert classes == set(map(canonical, reduced.reached()))
    assert reduced.states == len(classes)
    assert 2 * reduced.states < whole.states
    assert None is reduced.failure is whole.failure
    assert reduced.claim.complete
    assert whole.claim.complete


def test_the_reduction_loses_no_state() -> None:
    """Two of each sort: the same states are reached with symmetry and without, where every id is named."""
    alphabet = Alphabet(families=FEW, ids=2)
    nothing_is_lost(search_session(QUEUES, alphabet=alphabet, bounds=TWO), two_of_each())


@pytest.mark.deep
def test_the_reduction_loses_no_state_of_the_usual_search() -> None:
    """The same for one of each sort, with everything that the fast search of the session gives it."""
    nothing_is_lost(search_session(), search_session(alphabet=Alphabet(every_id=True), symmetry=False))


@pytest.mark.parametrize("key", [plain, canonical])
def test_what_the_key_leaves_out_makes_no_difference(key: Callable[[State], Hashable]) -> None:
    """Settings, tokens, texts, times and names of ids: states that differ in them alone do and become the same."""
    alphabet = Alphabet(families=FEW, ids=2)
    fine = search(QUEUES, alphabet.commands, step, key=exact, within=TWO.within)
    audit = audit_key(fine.reached(), alphabet.commands, step, key=key, shape=shape)
    assert None is audit.pair, audit
    assert audit.classes < audit.members


@pytest.mark.deep
def test_what_the_key_leaves_out_makes_no_difference_in_the_usual_alphabet() -> None:
    """The same with everything that the fast search of the session gives it."""
    alphabet = Alphabet()
    fine = search(opened(), alphabet.commands, step, key=exact, within=Bounds().within)
    audit = audit_key(fine.reached(), alphabet.commands, step, key=canonical, shape=shape)
    assert None is audit.pair, audit
    assert search_session().states == audit.classes
    assert 5 * audit.classes < audit.members
