"""Breadth-first search through the states that a pure step function leads to, each visited once."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, Final, Generic, TypeAlias, cast

import attrs

from turnfold.replay.search.claim import Claim, Limits, called
from turnfold.replay.search.ways import C, CounterExample, Fault, L, S, Step, StepFunction, Way

Check: TypeAlias = Callable[[S, C, L, S], object]
"""Is given the state before, the command, the label and the state after; raises what is wrong (`assert` will do)."""

Tell: TypeAlias = Callable[[Step[S, C, L]], str]
"""Puts a step into words, for a counter-example."""


class SearchError(ValueError):
    """The functions that were passed do not make a search; the text says which one, and what to do."""


@attrs.frozen(eq=False)
class Node(Generic[S, C]):
    """A state, and the shortest way to it."""

    state: S
    parent: Node[S, C] | None = attrs.field(default=None, repr=False)
    command: C | None = None
    """The command that led here; None for the start."""
    depth: int = 0
    """Commands from the start."""

    def commands(self) -> list[C]:
        """The commands that lead here, in order."""
        given: list[C] = []
        node: Node[S, C] = self
        while node.parent is not None:
            given.append(cast("C", node.command))
            node = node.parent
        return given[::-1]


@attrs.frozen(kw_only=True)
class Searched(Generic[S, C, L]):
    """What a search saw."""

    claim: Claim
    states: int
    """Different states that were visited."""
    transitions: int
    """Commands that were decided: the states that were generated, most of which were known already."""
    depth: int
    """How many commands the farthest visited state is away."""
    beyond: int
    """Transitions that led beyond the bounds: checked, but not followed."""
    seconds: float = attrs.field(eq=False)
    failure: CounterExample[S, C, L] | None
    """The shortest counter-example; None when every check held."""
    nodes: tuple[Node[S, C], ...] = attrs.field(repr=False, eq=False)
    """The visited states, nearest first."""

    def reached(self) -> Iterator[S]:
        """The visited states, nearest first."""
        return (node.state for node in self.nodes)

    def __str__(self) -> str:
        counts = (
            f"  {self.states} states, {self.transitions} transitions, depth {self.depth}; "
            f"{self.beyond} transitions led beyond the bounds"
        )
        lines = [str(self.claim), counts]
        return "\n".join(lines if self.failure is None else [*lines, str(self.failure)])


def search(
    start: S,
    moves: Callable[[S], Iterable[C]],
    step: StepFunction[S, C, L],
    *,
    key: Callable[[S], Hashable],
    check: Check[S, C, L] | None = None,
    always: Callable[[S], object] | None = None,
    within: Callable[[S], bool] | None = None,
    limits: Limits | None = None,
    claim: Claim | None = None,
    tell: Tell[S, C, L] | None = None,
) -> Searched[S, C, L]:
    """Give every command of *moves* in every state that is reached from *start*; stop at the first fault.

    Args:
        moves: the commands to give in a state. It must depend on what *key* tells, and on nothing else.
        step: the system: pure, and never changing the state that it is given.
        key: a hashable value; states with equal keys are visited once. Make it canonical to make use of a symmetry.
            It must tell apart whatever `moves`, `step`, `check` and `within` tell apart; `audit_key` looks.
        check: called on each transition.
        always: called on each state, the start too, once; on one beyond the bounds, for each transition to it.
        within: the bounds. What lies beyond is checked, and not followed.
        claim: what the search is called and what its parts mean; see `Claim`.
        tell: puts a step into words; `repr` of the command and of the label unless given.

    The first fault is the nearest: the search is breadth-first, so no shorter sequence of commands shows one.

    Raises:
        SearchError: a key is not hashable, or the step function is not pure.
    """
    run = _Search(step, key, check, always, within, limits or Limits())
    began = time.perf_counter()
    stopped = run.run(start, moves)
    failure = None if run.fault is None else run.counter_example(run.fault, tell or told)
    said = claim or Claim()
    return Searched(
        claim=attrs.evolve(
            said,
            system=said.system or called(step, "nothing"),
            alphabet=said.alphabet or called(moves, "nothing"),
            bounds=said.bounds or called(within, "none"),
            equal=said.equal or f"{called(key, 'nothing')} gives the same for both",
            properties=said.properties or tuple(called(each, "") for each in (check, always) if each),
            complete=stopped is None,
            stopped=stopped,
            commands_max=None if stopped is None else run.at.depth,
            statement=_statement(stopped, run.at.depth),
        ),
        states=len(run.nodes),
        transitions=run.transitions,
        depth=run.nodes[-1].depth,
        beyond=run.beyond,
        seconds=time.perf_counter() - began,
        failure=failure,
        nodes=tuple(run.nodes),
    )


def _statement(stopped: str | None, depth: int) -> str:
    if stopped is None:
        return (
            "every state that is reached within the bounds was visited, and every command of the alphabet was decided "
            "and checked in each."
        )
    return (
        f"NOT complete, stopped by {stopped}. Every sequence of at most {depth} commands was checked; nothing is "
        "claimed beyond."
    )


def told(step: Step[S, C, L]) -> str:
    """Command and label as they print themselves."""
    return f"{step.command!r} -> {step.label!r}"


_A_FAILURE: Final = "a failure"


@attrs.frozen
class _Fault(Generic[S, C]):
    """Where a search met a fault."""

    kind: Fault
    node: Node[S, C]
    command: C | None
    error: Exception


@attrs.define(eq=False)
class _Search(Generic[S, C, L]):
    """One search under way."""

    step: StepFunction[S, C, L]
    key: Callable[[S], Hashable]
    check: Check[S, C, L] | None
    always: Callable[[S], object] | None
    within: Callable[[S], bool] | None
    limits: Limits

    nodes: list[Node[S, C]] = attrs.field(factory=list[Node[S, C]], init=False)
    seen: set[Hashable] = attrs.field(factory=set[Hashable], init=False)
    transitions: int = attrs.field(default=0, init=False)
    beyond: int = attrs.field(default=0, init=False)
    fault: _Fault[S, C] | None = attrs.field(default=None, init=False)
    at: Node[S, C] = attrs.field(init=False)
    """The state that is looked at."""

    def run(self, start: S, moves: Callable[[S], Iterable[C]]) -> str | None:
        """Search; return what stopped it, None if nothing did."""
        self.at = Node(start)
        self.nodes.append(self.at)
        self._note(start)
        if not self._holds(start, self.at, None):
            return _A_FAILURE
        deadline = None if self.limits.seconds is None else time.perf_counter() + self.limits.seconds
        for node in self.nodes:  # it grows meanwhile: first in, first out
            self.at = node
            if deadline is not None and time.perf_counter() > deadline:
                return f"the limit of {self.limits.seconds} s"
            stopped = self._expand(node, moves(node.state))
            if stopped is not None:
                return stopped
        return None

    def _note(self, state: S) -> None:
        place = self.key(state)
        try:
            self.seen.add(place)
        except TypeError as error:
            raise SearchError(
                f"the key of a state must be hashable, a tuple for example, but {error}"
            ) from error

    def _holds(self, state: S, node: Node[S, C], command: C | None) -> bool:
        if self.always is not None:
            try:
                self.always(state)
            except Exception as error:  # noqa: BLE001  whatever a check raises is its verdict
                self.fault = _Fault(Fault.CHECK, node, command, error)
        return self.fault is None

    def _expand(self, node: Node[S, C], menu: Iterable[C]) -> str | None:
        """Give every command in the node's state; return what stops the search."""
        step, key, check, seen, within = self.step, self.key, self.check, self.seen, self.within
        before = node.state
        transitions = self.transitions
        states_max = self.limits.states
        try:
            for command in menu:
                transitions += 1
                kind = Fault.RAISED
                try:
                    after, label = step(before, command)
                    kind = Fault.CHECK
                    if check is not None:
                        check(before, command, label, after)
                except Exception as error:  # noqa: BLE001  whatever a check raises is its verdict
                    self.fault = _Fault(kind, node, command, error)
                    return _A_FAILURE
                if after is before:
                    continue
                place = key(after)
                if place in seen:
                    continue
                if not self._holds(after, node, command):
                    return _A_FAILURE
                if within is not None and not within(after):
                    self.beyond += 1
                    continue
                if states_max is not None and len(self.nodes) >= states_max:
                    return f"the limit of {states_max} states"
                seen.add(place)
                self.nodes.append(Node(after, node, command, node.depth + 1))
        finally:
            self.transitions = transitions
        return None

    def counter_example(self, fault: _Fault[S, C], tell: Tell[S, C, L]) -> CounterExample[S, C, L]:
        """Go the way once more, to tell what happened on it."""
        way = walked(self.nodes[0].state, fault.node.commands(), self.step)
        if self.key(way.end) != self.key(fault.node.state):
            raise SearchError(
                "the step function is not pure: the same commands led to another state when they were given again; "
                "look for clocks, randomness, and states that are changed in place"
            )
        if fault.command is not None and fault.kind is Fault.CHECK:
            further = walked(way.end, [fault.command], self.step)
            way = Way(way.start, (*way.steps, *further.steps))
        lines = tuple(tell(each) for each in way.steps)
        last = fault.command if fault.kind is Fault.RAISED else None
        return CounterExample(
            kind=fault.kind,
            text=described(fault.error),
            way=way,
            last=last,
            error=fault.error,
            lines=lines if last is None else (*lines, repr(last)),
        )


def walked(start: S, commands: Iterable[C], step: Callable[[S, C], tuple[S, Any]]) -> Way[S, C, Any]:
    """Go a way. Raises what the step function raises."""
    state, steps = start, list[Step[S, C, Any]]()
    for command in commands:
        state, label = step(state, command)
        steps.append(Step(command, label, state))
    return Way(start, tuple(steps))


def described(error: Exception) -> str:
    """An exception in one line, its notes included."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return "; ".join((text, *getattr(error, "__notes__", ())))
