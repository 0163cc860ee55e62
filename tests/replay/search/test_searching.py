"""The search of any pure step function: complete, breadth-first, and honest about its limits."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.search.toys import Graph, distances, graphs, itself, moves_of, to
from turnfold.replay.search import (
    Claim,
    CounterExample,
    Fault,
    Limits,
    Searched,
    SearchError,
    Step,
    search,
)

DIAMOND: Graph = {0: [1, 2], 1: [3], 2: [3], 3: [4], 4: []}


def searched(graph: Graph, bad: int | None = None, limits: Limits | None = None) -> Searched[int, int, str]:
    """Search a graph from 0 on, in which one state is bad."""

    def always(state: int) -> None:
        if state == bad:
            raise ValueError(f"{state} is bad")

    return search(0, moves_of(graph), to, key=itself, always=always, limits=limits)


def failure_of(found: Searched[int, int, str]) -> CounterExample[int, int, str]:
    """The counter-example, which there has to be."""
    assert found.failure is not None
    return found.failure


@given(graphs())
def test_every_reached_state_is_visited_once_and_nearest_first(graph: Graph) -> None:
    """States, depths and transitions are those of the graph."""
    found = searched(graph)
    far = distances(graph)
    assert far == {node.state: node.depth for node in found.nodes}
    assert len(far) == found.states
    assert sum(len(graph[state]) for state in far) == found.transitions
    assert max(far.values()) == found.depth
    assert sorted(far.values()) == [node.depth for node in found.nodes]
    assert found.claim.complete
    assert None is found.failure


@given(graphs(), st.integers(0, 5))
def test_a_counter_example_is_the_shortest(graph: Graph, bad: int) -> None:
    """A bad state that is reached is reported with as many commands as it is away, and they lead there."""
    found = searched(graph, bad)
    far = distances(graph)
    assert (bad not in far) is found.claim.complete
    if bad in far:
        failure = failure_of(found)
        assert far[bad] == len(failure.commands)
        assert bad == failure.way.end
        assert failure.states == (0, *failure.commands)
        assert Fault.CHECK is failure.kind


def test_a_counter_example_prints_its_steps() -> None:
    """What went wrong, after how many commands, and each of them with its label."""
    text = str(failure_of(searched(DIAMOND, bad=3)))
    assert [
        "check after 2 commands: ValueError: 3 is bad",
        "  1. 1 -> '0 to 1'",
        "  2. 3 -> '1 to 3'",
    ] == text.splitlines()


def test_a_check_sees_the_whole_transition() -> None:
    """The state before, the command, the label and the state after; the failing step is the last of the way."""

    def check(before: int, command: int, label: str, after: int) -> None:
        assert (f"{before} to {after}", after) == (label, command)
        if (before, after) == (2, 3):
            raise ValueError("not by this way")

    failure = search(0, moves_of(DIAMOND), to, key=itself, check=check).failure
    assert failure is not None
    assert (2, 3) == failure.commands
    assert ("0 to 2", "2 to 3") == failure.labels
    assert "ValueError: not by this way" == failure.text
    assert isinstance(failure.error, ValueError)


def test_a_step_that_raises_is_a_fault() -> None:
    """The command over which it raised is the last one; there is no state after it."""

    def step(state: int, command: int) -> tuple[int, str]:
        if command == 4:
            raise ZeroDivisionError
        return to(state, command)

    failure = search(0, moves_of(DIAMOND), step, key=itself).failure
    assert failure is not None
    assert (Fault.RAISED, (1, 3, 4), 4) == (failure.kind, failure.commands, failure.last)
    assert 3 == failure.way.end
    assert str(failure).splitlines()[-1] == "  3. 4"


def test_a_bad_start_is_found_without_a_command() -> None:
    """The first state is looked at, too."""
    failure = failure_of(searched(DIAMOND, bad=0))
    assert () == failure.commands
    assert "check after 0 commands: ValueError: 0 is bad" == str(failure)


def test_what_lies_beyond_the_bounds_is_checked_and_not_followed() -> None:
    """State 3 is beyond: it is generated twice, looked at, and 4 is never seen."""
    looked: list[int] = []
    found = search(0, moves_of(DIAMOND), to, key=itself, always=looked.append, within=lambda state: state < 3)
    assert [0, 1, 2] == list(found.reached())
    assert 2 == found.beyond
    assert 3 in looked
    assert 4 not in looked
    assert found.claim.complete


def test_equal_keys_are_one_state() -> None:
    """With a key that merges 1 and 2, the first of them stands for both."""

    def key(state: int) -> Hashable:
        return min(state, 1) if state < 3 else state

    assert [0, 1, 3, 4] == list(search(0, moves_of(DIAMOND), to, key=key).reached())


@pytest.mark.parametrize(("states", "depth"), [(1, 0), (2, 0), (3, 1), (4, 2)])
def test_a_limit_of_states_is_kept_and_said(states: int, depth: int) -> None:
    """A stopped search never claims to be complete; it claims the sequences whose commands were all tried."""
    found = searched(DIAMOND, limits=Limits(states=states))
    assert states == found.states
    assert (False, f"the limit of {states} states", depth) == (
        found.claim.complete,
        found.claim.stopped,
        found.claim.commands_max,
    )
    assert "NOT complete" in str(found)
    assert f"at most {depth} commands" in str(found)


def test_a_limit_that_is_not_reached_changes_nothing() -> None:
    """Five states and a limit of five: complete."""
    assert searched(DIAMOND, limits=Limits(states=5, seconds=600)).claim.complete
    assert searched(DIAMOND, limits=Limits(states=None)).claim.complete


def test_a_limit_of_time_stops_between_states() -> None:
    """An endless system comes to an end, and says which."""

    def moves(_state: int) -> Iterable[int]:
        return [_state + 1]

    found = search(0, moves, to, key=itself, limits=Limits(seconds=1e-9))
    assert "the limit of 1e-09 s" == found.claim.stopped
    assert not found.claim.complete


@pytest.mark.parametrize("name", ["states", "seconds"])
def test_a_limit_is_positive(name: str) -> None:
    """A limit of nothing is a mistake, and is told as one."""
    with pytest.raises(ValueError, match=f"Limits.{name} is 0: give a positive number, or None"):
        Limits(**{name: 0})  # pyright: ignore[reportArgumentType]


def test_the_claim_names_what_was_passed() -> None:
    """Without a claim of the caller's, the functions are named; with one, its words are used."""

    def small(state: int) -> bool:
        return state < 9

    claim = search(0, moves_of(DIAMOND), to, key=itself, within=small, always=small).claim
    assert ("`to`", "`itself` gives the same for both") == (claim.system, claim.equal)
    assert claim.bounds.endswith("small`")
    assert 1 == len(claim.properties)
    said = Claim(system="the diamond", alphabet="every edge", properties=("nothing",))
    text = str(search(0, moves_of(DIAMOND), to, key=itself, claim=said).claim)
    assert text.startswith("the diamond: every state that is reached within the bounds was visited")
    assert "alphabet: every edge" in text
    assert "checked: nothing" in text


def test_a_key_has_to_be_hashable() -> None:
    """The message says what to return instead."""

    def key(state: int) -> Hashable:
        return [state]  # type: ignore[return-value]  # pyright: ignore[reportReturnType]

    with pytest.raises(SearchError, match="must be hashable, a tuple for example"):
        search(0, moves_of(DIAMOND), to, key=key)


def test_a_step_that_is_not_pure_is_told() -> None:
    """A counter-example that does not come again is none: the step function is blamed."""
    calls = count()

    def step(_state: int, _command: int) -> tuple[int, None]:
        return next(calls), None

    with pytest.raises(SearchError, match="not pure"):
        search(-1, lambda _state: [0], step, key=itself, always=_below_three)


def _below_three(state: int) -> None:
    assert state < 3


def test_a_teller_puts_steps_into_words() -> None:
    """Each line of a counter-example is what `tell` makes of its step."""

    def tell(step: Step[int, int, str]) -> str:
        return f"go {step.label}"

    def always(state: int) -> None:
        assert state != 3

    failure = search(0, moves_of(DIAMOND), to, key=itself, always=always, tell=tell).failure
    assert failure is not None
    assert ("go 0 to 1", "go 1 to 3") == failure.lines
