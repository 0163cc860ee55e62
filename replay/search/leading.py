"""Liveness: whatever happens, a goal is reached at last. Looks for dead ends, and for loops that may never end."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeAlias, cast

import attrs

from turnfold.replay.search.claim import Claim, Limits, called
from turnfold.replay.search.loops import Edge, Graph, fair_component, fair_loop
from turnfold.replay.search.searching import Tell, described, told, walked
from turnfold.replay.search.ways import C, CounterExample, Fault, L, S, StepFunction, Way

Own: TypeAlias = Callable[[S], Iterable[tuple[Hashable, C]]]
"""What the system does by itself in a state: for each command also *whose* it is, which fairness is about.

Two commands of one owner are two ways in which the same work may end.
"""


@attrs.frozen(kw_only=True)
class LeadsTo(Generic[S, C, L]):
    """Whether every fair run from the starts reaches the goal."""

    claim: Claim
    starts: int
    """Different states that it began in. One in which the goal is reached already is none."""
    states: int
    """Different states on the way, the starts included and the goals not."""
    transitions: int
    """Commands that were decided."""
    depth: int
    """Steps from a start to the state on the way that is farthest from all starts."""
    seconds: float = attrs.field(eq=False)
    failure: CounterExample[S, C, L] | None

    def __str__(self) -> str:
        counts = (
            f"  {self.starts} starts, {self.states} states on the way, {self.transitions} transitions, "
            f"depth {self.depth}"
        )
        lines = [str(self.claim), counts]
        return "\n".join(lines if self.failure is None else [*lines, str(self.failure)])


def leads_to(
    starts: Iterable[Way[S, C, L]],
    own: Own[S, C],
    step: StepFunction[S, C, L],
    goal: Callable[[S], bool],
    *,
    key: Callable[[S], Hashable],
    others: Callable[[S], Iterable[C]] | None = None,
    others_max: int = 0,
    limits: Limits | None = None,
    claim: Claim | None = None,
    tell: Tell[S, C, L] | None = None,
) -> LeadsTo[S, C, L]:
    """Check that from the end of each of *starts* every fair run reaches a state in which *goal* is true.

    All orders of the system's own commands are tried, and at most *others_max* commands of others before, between and
    after them. A run is fair if nobody's work is put off for ever: whoever could act in every state from some point on
    acts at last (weak fairness). Others need not say anything.

    A counter-example is a dead end (the system has nothing left to do, and the goal was not reached), or else a loop: a
    fair run that goes round for ever. The way into it is the shortest, that of its start included.
    """
    following = _Following(own, step, goal, key, others, limits or Limits())
    began = time.perf_counter()
    stopped = following.run(starts, others_max)
    failure = following.counter_example(tell or told)
    if failure is not None:
        stopped = "a failure"
    said = claim or Claim()
    asked = "" if others is None else f"; of others: {called(others, '')}, {others_max} at most"
    return LeadsTo(
        claim=attrs.evolve(
            said,
            system=said.system or called(step, ""),
            alphabet=said.alphabet or f"the system's own: {called(own, '')}{asked}",
            bounds=said.bounds or "none",
            equal=said.equal or f"{called(key, '')} gives the same for both",
            properties=said.properties or (f"every fair run leads to {called(goal, '')}",),
            complete=stopped is None,
            stopped=stopped,
            statement=_COMPLETE if stopped is None else f"NOT shown, stopped by {stopped}.",
        ),
        starts=following.starts,
        states=len(following.states),
        transitions=following.transitions,
        depth=following.farthest,
        seconds=time.perf_counter() - began,
        failure=failure,
    )


_COMPLETE = (
    "every fair run from each start reaches the goal, in every order of what the system does by itself."
)


@attrs.frozen(eq=False)
class _Visit(Generic[S, C, L]):
    """One arrival at a state. There are several if a later one has more commands of others left."""

    number: int
    left: int
    """Commands that others may still give."""
    came: _Visit[S, C, L] | Way[S, C, L]
    command: C | None
    depth: int
    """Commands from the beginning of the start's way."""
    steps: int
    """Of these, the commands since the start."""


@attrs.frozen
class _Fault(Generic[S, C, L]):
    """What ended a run."""

    kind: Fault
    visit: _Visit[S, C, L]
    last: C | None = None
    error: Exception | None = None


@attrs.define(eq=False)
class _Following(Generic[S, C, L]):
    """Follows all runs, nearest first."""

    own: Own[S, C]
    step: StepFunction[S, C, L]
    goal: Callable[[S], bool]
    key: Callable[[S], Hashable]
    others: Callable[[S], Iterable[C]] | None
    limits: Limits

    graph: Graph = attrs.field(factory=Graph, init=False)
    numbers: dict[Hashable, int] = attrs.field(factory=dict[Hashable, int], init=False)
    states: list[S] = attrs.field(factory=list[S], init=False)
    visits: list[_Visit[S, C, L]] = attrs.field(factory=list[_Visit[S, C, L]], init=False)
    """By state, the first arrival."""
    best: list[int] = attrs.field(factory=list[int], init=False)
    """By state, the most commands that others had left on arrival."""
    opened: list[bool] = attrs.field(factory=list[bool], init=False)
    """By state, whether the system's own moves were made in it."""
    levels: dict[int, list[_Visit[S, C, L]]] = attrs.field(
        factory=dict[int, list[_Visit[S, C, L]]], init=False
    )
    """What is still to be gone on from, by depth."""
    starts: int = attrs.field(default=0, init=False)
    transitions: int = attrs.field(default=0, init=False)
    farthest: int = attrs.field(default=0, init=False)
    fault: _Fault[S, C, L] | None = attrs.field(default=None, init=False)

    def run(self, starts: Iterable[Way[S, C, L]], others_max: int) -> str | None:
        """Follow all runs; return which limit stopped it, None if it saw them all or met a fault."""
        for way in starts:
            if not self.goal(way.end):
                self._arrive(way.end, others_max, way)
        self.starts = len(self.states)
        seconds, states_max = self.limits.seconds, self.limits.states
        deadline = None if seconds is None else time.perf_counter() + seconds
        while self.levels:
            for visit in self.levels.pop(min(self.levels)):
                if deadline is not None and time.perf_counter() > deadline:
                    return f"the limit of {seconds} s"
                if states_max is not None and len(self.states) > states_max:
                    return f"the limit of {states_max} states"
                self._expand(visit)
                if self.fault is not None:
                    return None
        return None

    def _arrive(
        self, state: S, left: int, came: _Visit[S, C, L] | Way[S, C, L], command: C | None = None
    ) -> int:
        """Note a state, and go on from there unless that was done with at least as much left."""
        number = self.numbers.setdefault(self.key(state), len(self.states))
        depth, steps = (len(came.steps), 0) if isinstance(came, Way) else (came.depth + 1, came.steps + 1)
        visit = _Visit(number, left, came, command, depth, steps)
        if number == len(self.states):
            self.states.append(state)
            self.graph.add(depth)
            self.opened.append(False)
            self.best.append(left)
            self.visits.append(visit)
            self.farthest = max(self.farthest, steps)
        elif left <= self.best[number]:
            return number
        self.best[number] = left
        self.levels.setdefault(depth, []).append(visit)
        return number

    def _expand(self, visit: _Visit[S, C, L]) -> None:
        """Make every move from a state: the system's own, and those of others if they may still say something."""
        number, state = visit.number, self.states[visit.number]
        if not self.opened[number]:
            self.opened[number] = True
            self._open(visit)
        else:
            for edge in self.graph.edges[number]:
                self._arrive(self.states[edge.target], visit.left, visit, edge.command)
        if self.fault is not None or visit.left == 0 or self.others is None:
            return
        for command in self.others(state):
            after = self._after(visit, command)
            if after is None:
                return
            if after.end is not state and not self.goal(after.end):
                self._arrive(after.end, visit.left - 1, visit, command)

    def _open(self, visit: _Visit[S, C, L]) -> None:
        """Make the system's own moves in a state that is new."""
        edges: list[Edge] = []
        owners: set[Hashable] = set()
        for owner, command in self.own(self.states[visit.number]):
            owners.add(owner)
            after = self._after(visit, command)
            if after is None:
                return
            if not self.goal(after.end):
                edges.append(Edge(owner, command, self._arrive(after.end, visit.left, visit, command)))
        if not owners:
            self.fault = _Fault(Fault.DEAD_END, visit)
        self.graph.edges[visit.number] = edges
        self.graph.enabled[visit.number] = frozenset(owners)

    def _after(self, visit: _Visit[S, C, L], command: C) -> Way[S, C, L] | None:
        """Make a step; None if it raised."""
        self.transitions += 1
        try:
            return Way(self.step(self.states[visit.number], command)[0])
        except Exception as error:  # noqa: BLE001  what a step raises is a finding
            self.fault = _Fault(Fault.RAISED, visit, command, error)
            return None

    def counter_example(self, tell: Tell[S, C, L]) -> CounterExample[S, C, L] | None:
        """The dead end that was met, or else a loop."""
        if self.fault is None:
            return self._loop(tell)
        error, last = self.fault.error, self.fault.last
        way = self._way(self.fault.visit)
        lines = tuple(tell(each) for each in way.steps)
        return CounterExample(
            kind=self.fault.kind,
            text=_NOTHING_LEFT if error is None else described(error),
            way=way,
            last=last,
            error=error,
            lines=lines if last is None else (*lines, repr(last)),
        )

    def _loop(self, tell: Tell[S, C, L]) -> CounterExample[S, C, L] | None:
        members = fair_component(self.graph)
        if members is None:
            return None
        way = self._way(self.visits[self.graph.nearest(members)])
        commands = [edge.command for edge in fair_loop(self.graph, members)]
        loop = walked(way.end, commands, self.step).steps
        return CounterExample(
            kind=Fault.LOOP,
            text="the system can go on like this for ever without reaching the goal",
            way=way,
            loop=loop,
            lines=tuple(tell(each) for each in (*way.steps, *loop)),
        )

    def _way(self, visit: _Visit[S, C, L]) -> Way[S, C, L]:
        """The way of a visit, that of its start included."""
        commands: list[C] = []
        came = visit.came
        while isinstance(came, _Visit):
            commands.append(cast("C", visit.command))
            visit, came = came, came.came
        further = walked(came.end, commands[::-1], self.step)
        return Way(came.start, (*came.steps, *further.steps))


_NOTHING_LEFT = "the system has nothing left to do, and the goal was not reached"
