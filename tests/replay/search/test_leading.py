"""Liveness: dead ends, and loops that are fair to everybody."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.replay.search.toys import (
    Graph,
    Moves,
    distances,
    failure_of,
    graphs,
    itself,
    led,
    moves_of,
    owned,
    systems,
    to,
)
from turnfold.replay.search import Fault, LeadsTo, Limits, Step, Way, leads_to


def strongly_connected(moves: Moves, members: frozenset[int]) -> bool:
    """Whether each of *members* leads to each, itself included, without leaving them."""
    inside = {each: [target for _, target in moves[each] if target in members] for each in members}
    return all(
        members <= set().union(*({target, *distances(inside, target)} for target in inside[each]))
        for each in members
    )


def fair_sets(moves: Moves, among: Iterable[int]) -> list[frozenset[int]]:
    """Every set of states in which a fair run can stay for ever, by trying all sets."""
    states = sorted(among)
    found: list[frozenset[int]] = []
    for size in range(1, len(states) + 1):
        for members in map(frozenset, combinations(states, size)):
            taken = {owner for each in members for owner, target in moves[each] if target in members}
            always = set("ABC").intersection(*({owner for owner, _ in moves[each]} for each in members))
            if strongly_connected(moves, members) and always <= taken:
                found.append(members)
    return found


@given(systems(), st.sets(st.integers(1, 4)))
def test_a_loop_is_found_exactly_if_a_fair_run_can_stay_away_for_ever(moves: Moves, goals: set[int]) -> None:
    """Against all sets of states: reached without a goal, strongly connected, fair to each owner."""
    onward = {state: [target for _, target in rows if target not in goals] for state, rows in moves.items()}
    reached = distances(onward)
    sets = fair_sets(moves, reached)
    result = led(moves, goals)
    assert (not sets) is result.claim.complete
    if sets:
        failure = failure_of(moves, goals)
        assert Fault.LOOP is failure.kind
        fair_and_closed(moves, failure.way.end, failure.loop)
        nearest = min(reached[state] for members in sets for state in members)
        assert nearest == len(failure.way.steps)


def fair_and_closed(moves: Moves, entry: int, loop: tuple[Step[int, int, str], ...]) -> None:
    """Check that a loop goes round, and that nobody who can always act is left out."""
    places = [entry, *(step.state for step in loop)]
    assert loop
    assert entry == places[-1]
    always = set("ABC").intersection(*({owner for owner, _ in moves[place]} for place in places))
    for owner in always:
        assert any((owner, after) in moves[before] for before, after in pairwise(places))


def test_a_dead_end_is_told_with_the_way_to_it() -> None:
    """Nothing is left to do in 2, which is no goal."""
    failure = failure_of({0: [("A", 1), ("B", 3)], 1: [("A", 2)]}, goals=[3])
    assert (Fault.DEAD_END, (1, 2)) == (failure.kind, failure.commands)
    assert "dead end after 2 commands: the system has nothing left to do" in str(failure)


def test_who_can_always_act_acts_at_last() -> None:
    """A may toggle for ever, but B can act all the time and leads to the goal: no fair run stays."""
    assert led({0: [("A", 1), ("B", 2)], 1: [("A", 0), ("B", 2)]}, goals=[2]).claim.complete


def test_who_can_act_now_and_then_only_may_be_put_off() -> None:
    """B can act in 0 alone: a run that is weakly fair may never let it."""
    failure = failure_of({0: [("A", 1), ("B", 2)], 1: [("A", 0)]}, goals=[2])
    assert (Fault.LOOP, (), 2) == (failure.kind, failure.way.steps, len(failure.loop))
    assert [
        "loop of 2 after 0 commands: the system can go on like this for ever without reaching the goal",
        "  -- and from here round and round --",
        "  1. 1 -> '0 to 1'",
        "  2. 0 -> '1 to 0'",
    ] == str(failure).splitlines()


def test_a_loop_makes_a_detour_to_be_fair() -> None:
    """The short way round leaves out B, who can act in 0 and 1; by way of 2, everybody has had a turn."""
    moves: Moves = {0: [("A", 1), ("B", 2)], 1: [("A", 0), ("B", 2)], 2: [("A", 0)]}
    failure = failure_of(moves, goals=[9])
    fair_and_closed(moves, failure.way.end, failure.loop)
    assert 2 in {step.state for step in failure.loop}


def test_a_state_that_leads_to_itself_is_a_loop() -> None:
    """Work that never gets anywhere is no progress."""
    assert (0,) == tuple(step.state for step in failure_of({0: [("A", 0)]}, goals=[1]).loop)


def chain(others_max: int) -> LeadsTo[int, int, str]:
    """The system counts 0, 1, 2, 3 (the goal); others may take it back by ten, where nothing is left to do at -18."""

    def others(state: int) -> Iterable[int]:
        return [state - 10]

    moves: Moves = {n: [("A", n + 1)] for n in range(-20, 3) if n != -18}
    return leads_to(
        [Way[int, int, str](0), Way[int, int, str](3)],
        owned(moves),
        to,
        lambda state: state == 3,
        key=itself,
        others=others,
        others_max=others_max,
    )


def test_others_speak_as_often_as_they_may_and_no_more() -> None:
    """One word of theirs does no harm, two of them lead to a dead end, and the shortest way to it is told."""
    assert chain(0).claim.complete
    assert 3 == chain(0).states
    assert chain(1).claim.complete
    assert chain(1).states > chain(0).states
    failure = chain(2).failure
    assert failure is not None
    assert (Fault.DEAD_END, -18) == (failure.kind, failure.way.end)
    assert 4 == len(failure.commands)
    assert 2 == sum(after == before - 10 for before, after in pairwise(failure.states))


def with_others(moves: Moves, others: Graph, others_max: int) -> LeadsTo[int, int, str]:
    """Whether 9 is reached from 0 on, with so many moves of others in between."""
    return leads_to(
        [Way[int, int, str](0)],
        owned(moves),
        to,
        lambda state: state == 9,
        key=itself,
        others=moves_of(others),
        others_max=others_max,
    )


def test_a_longer_way_with_more_words_left_is_gone_too() -> None:
    """State 2 is nearer by a word of others, but only who came by the longer way has one left for the dead end."""
    moves: Moves = {0: [("A", 1)], 1: [("A", 2)], 2: [("A", 3)], 3: [("A", 9)]}
    failure = with_others(moves, {0: [2], 3: [4]}, 1).failure
    assert failure is not None
    assert (0, 1, 2, 3, 4) == failure.states


def products(moves: Moves, others: Graph, others_max: int) -> dict[tuple[int, int], int]:
    """How far each pair of a state and the words that others have left is away, by relaxing; goals are left out."""
    pairs: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for state in {*moves, *others}:
        for left in range(others_max + 1):
            onward = {(target, left) for _, target in moves.get(state, ())}
            onward |= {(target, left - 1) for target in others.get(state, ()) if left > 0}
            pairs[state, left] = {each for each in onward if each[0] != 9}
    found = {(0, others_max): 0}
    for _ in pairs:
        for pair, targets in pairs.items():
            for target in targets:
                if pair in found:
                    found[target] = min(found.get(target, found[pair] + 1), found[pair] + 1)
    return found


@given(systems(lazy=True), graphs(5), st.integers(0, 2))
def test_what_others_may_bring_about_is_seen(moves: Moves, others: Graph, others_max: int) -> None:
    """Against the product of states and words left: the nearest dead end is found if there is one, else a loop."""
    found = products(moves, others, others_max)
    ends = [depth for (state, _), depth in found.items() if not moves[state]]
    sets = fair_sets(moves, {state for state, _ in found})
    result = with_others(moves, others, others_max)
    assert (not ends and not sets) is result.claim.complete
    if result.failure is not None:
        assert (Fault.DEAD_END if ends else Fault.LOOP) is result.failure.kind
        assert not ends or min(ends) == len(result.failure.commands)


def test_a_start_at_the_goal_is_none() -> None:
    """Of the two starts one has nothing left to show."""
    assert 1 == chain(0).starts


def test_the_way_of_the_start_is_part_of_the_counter_example() -> None:
    """A start comes with its own way; the nearest dead end is the one with the fewest commands in all."""
    far = Way[int, int, str](7, (Step(8, "7 to 8", 8), Step(9, "8 to 9", 9), Step(10, "9 to 10", 10)))
    near = Way[int, int, str](4, (Step(5, "4 to 5", 5),))
    found = leads_to([far, near], owned({5: [("A", 6)]}), to, lambda state: state == 0, key=itself)
    assert found.failure is not None
    assert (4, 5, 6) == found.failure.states


def test_a_step_that_raises_is_a_fault() -> None:
    """Own or of others: the command is the last one."""

    def step(state: int, command: int) -> tuple[int, str]:
        if command == 2:
            raise ZeroDivisionError
        return to(state, command)

    def goal(state: int) -> bool:
        return state == 9

    own = owned({0: [("A", 1)], 1: [("A", 2)]})
    failure = leads_to([Way[int, int, str](0)], own, step, goal, key=itself).failure
    assert failure is not None
    assert (Fault.RAISED, (1, 2), "ZeroDivisionError") == (failure.kind, failure.commands, failure.text)

    def others(_state: int) -> Iterable[int]:
        return [2]

    failure = leads_to(
        [Way[int, int, str](0)], owned({0: [("A", 9)]}), step, goal, key=itself, others=others, others_max=1
    ).failure
    assert failure is not None
    assert (2,) == failure.commands


def test_limits_are_kept_and_said() -> None:
    """A system without end is stopped, and nothing is shown."""

    def own(state: int) -> Iterable[tuple[str, int]]:
        return [("A", state + 1)]

    for limits, why in ((Limits(states=10), "10 states"), (Limits(seconds=1e-9), "1e-09 s")):
        found = leads_to([Way[int, int, str](0)], own, to, lambda state: state < 0, key=itself, limits=limits)
        assert f"the limit of {why}" == found.claim.stopped
        assert not found.claim.complete
        assert "NOT shown" in str(found)
