"""Loops in a graph that a fair run could go round for ever."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import attrs


class Edge(NamedTuple):
    """A move of the system itself."""

    owner: Hashable
    command: Any
    target: int


@attrs.frozen
class Graph:
    """States by number, and the moves between them."""

    edges: list[list[Edge]] = attrs.Factory(list[list[Edge]])
    """By state, moves to other states of the graph."""
    enabled: list[frozenset[Hashable]] = attrs.Factory(list[frozenset[Hashable]])
    """By state, who could act: also those whose moves lead out of the graph."""
    depths: list[int] = attrs.Factory(list[int])
    """By state, how far it is away."""

    def add(self, depth: int) -> None:
        """Add a state without moves."""
        self.edges.append([])
        self.enabled.append(frozenset())
        self.depths.append(depth)

    def nearest(self, members: frozenset[int]) -> int:
        """The nearest of some states."""
        return min(members, key=self._rank)

    def _rank(self, number: int) -> tuple[int, int]:
        return self.depths[number], number


_NEW: Final = -1


def components(edges: Sequence[Sequence[Edge]]) -> Iterator[list[int]]:
    """Yield the strongly connected components of a graph (Tarjan's algorithm, without recursion)."""
    index, low = [_NEW] * len(edges), [0] * len(edges)
    stack, on_stack, count = list[int](), [False] * len(edges), 0
    for root in range(len(edges)):
        if index[root] != _NEW:
            continue
        work = [(root, 0)]
        while work:
            node, place = work.pop()
            if place == 0:
                index[node] = low[node] = count
                count += 1
                stack.append(node)
                on_stack[node] = True
            else:  # back from a child
                low[node] = min(low[node], low[edges[node][place - 1].target])
            for at in range(place, len(edges[node])):
                target = edges[node][at].target
                if index[target] == _NEW:
                    work += [(node, at + 1), (target, 0)]
                    break
                if on_stack[target]:
                    low[node] = min(low[node], index[target])
            else:
                if low[node] == index[node]:
                    cut = stack.index(node)
                    found = stack[cut:]
                    del stack[cut:]
                    for member in found:
                        on_stack[member] = False
                    yield found


def fair_component(graph: Graph) -> frozenset[int] | None:
    """Return the component with the nearest state in which a fair run could stay for ever; None if there is none.

    A run that stays in a component can go along each of its edges again and again. It is unfair only to an owner who
    could act in every state of it, but whose moves all lead out. Then it is unfair in each part of the component too.
    """
    nearest: frozenset[int] | None = None
    for found in components(graph.edges):
        members = frozenset(found)
        taken = {edge.owner for member in members for edge in graph.edges[member] if edge.target in members}
        always = frozenset[Hashable].intersection(*(graph.enabled[member] for member in members))
        loops = len(members) > 1 or any(edge.target in members for edge in graph.edges[found[0]])
        if loops and always <= taken:
            both = members if nearest is None else members | nearest
            nearest = members if graph.nearest(both) in members else nearest
    return nearest


def fair_loop(graph: Graph, members: frozenset[int]) -> list[Edge]:
    """Return a fair way round, from the nearest state of a fair component back to it."""
    entry = graph.nearest(members)
    loop = _way(graph, members, entry, lambda edge: edge.target == entry)
    while True:
        always = graph.enabled[entry].intersection(*(graph.enabled[edge.target] for edge in loop))
        missing = sorted(always - {edge.owner for edge in loop}, key=repr)
        if not missing:
            return loop
        detour = _way(graph, members, entry, _serves(graph, missing[0]))
        loop = [*loop, *detour]
        if loop[-1].target != entry:
            loop += _way(graph, members, loop[-1].target, lambda edge: edge.target == entry)


def _serves(graph: Graph, owner: Hashable) -> Callable[[Edge], bool]:
    """Whether an edge is a move of *owner*, or leads to where it could not act."""

    def serves(edge: Edge) -> bool:
        return edge.owner == owner or owner not in graph.enabled[edge.target]

    return serves


def _way(graph: Graph, members: frozenset[int], start: int, arrived: Callable[[Edge], bool]) -> list[Edge]:
    """Return the shortest way from *start* within *members* whose last edge is one that *arrived* is true of."""
    came: dict[int, list[Edge]] = {start: []}
    todo = deque([start])
    while True:
        node = todo.popleft()
        for edge in graph.edges[node]:
            if edge.target in members:
                way = [*came[node], edge]
                if arrived(edge):
                    return way
                if edge.target not in came:
                    came[edge.target] = way
                    todo.append(edge.target)
