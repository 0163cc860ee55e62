"""Small systems to search: a graph is one, whose moves are the numbers of the states that it leads to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from hypothesis import strategies as st

from turnfold.replay.search import CounterExample, LeadsTo, Way, leads_to

Graph = Mapping[int, Sequence[int]]
"""By state, the states that it leads to."""

Moves = Mapping[int, Sequence[tuple[str, int]]]
"""By state, who may move, and where to."""


def to(state: int, command: int) -> tuple[int, str]:
    """The step of a graph: the command names the state that it leads to."""
    return command, f"{state} to {command}"


def itself(state: Hashable) -> Hashable:
    """The key that tells all states apart."""
    return state


def moves_of(graph: Graph) -> Callable[[int], Iterable[int]]:
    """The commands of a graph."""
    return lambda state: graph.get(state, ())


def owned(moves: Moves) -> Callable[[int], Iterator[tuple[Hashable, int]]]:
    """What the system does by itself."""

    def own(state: int) -> Iterator[tuple[Hashable, int]]:
        yield from moves.get(state, ())

    return own


def led(moves: Moves, goals: Iterable[int], start: int = 0) -> LeadsTo[int, int, str]:
    """Whether every fair run from *start* leads to a goal."""
    reached = frozenset(goals)
    return leads_to([Way[int, int, str](start)], owned(moves), to, lambda state: state in reached, key=itself)


def failure_of(moves: Moves, goals: Iterable[int], start: int = 0) -> CounterExample[int, int, str]:
    """The counter-example, which there has to be."""
    failure = led(moves, goals, start).failure
    assert failure is not None
    return failure


@st.composite
def graphs(draw: st.DrawFn, size: int = 6) -> Graph:
    """Draw a graph; not every state is reached."""
    states = st.integers(0, size - 1)
    return {state: draw(st.lists(states, max_size=3)) for state in range(size)}


@st.composite
def systems(draw: st.DrawFn, size: int = 5, *, lazy: bool = False) -> Moves:
    """Draw a system with three owners; only a lazy one has dead ends, and may leave for the goal 9."""
    target = st.integers(0, size - 1)
    moves = st.tuples(st.sampled_from("ABC"), target | st.just(9) if lazy else target)
    least = 0 if lazy else 1
    return {state: draw(st.lists(moves, min_size=least, max_size=3)) for state in range(size)}


def distances(graph: Graph, start: int = 0) -> dict[int, int]:
    """How far each reached state is away, by relaxing until nothing changes: nothing of the search is used."""
    found = {start: 0}
    for _ in graph:
        for state, targets in graph.items():
            for target in targets:
                if state in found:
                    found[target] = min(found.get(target, found[state] + 1), found[state] + 1)
    return found
