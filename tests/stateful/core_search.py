"""Breadth-first search over the pure core: states that `decide` and `reduce` lead to, each visited once.

What the search claims: every state that a session reaches by commands of `tests.stateful.alphabet`, with never
more open at once than `within`'s bounds, was visited, and every command of the alphabet was decided in it. Two
states count as one when they differ only in what no decision reads: sequence numbers, times, tokens, settings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeAlias

import attrs

from turnfold.core import INITIAL, SessionPhase, State, reduce
from turnfold.core.commands import (
    BeginTurn,
    Close,
    Command,
    Conclude,
    FlushEnded,
    Resume,
    ScopesGone,
    Unwound,
)
from turnfold.core.decide import Decision, decide
from turnfold.core.effects import (
    AwaitUnwind,
    CancelScopes,
    CloseSession,
    ConcludeAbort,
    Effect,
    FlushJournal,
    StartTask,
)
from turnfold.core.react import react
from turnfold.events import Envelope, Event

Menu: TypeAlias = Callable[[State], Iterable[Command]]
Check: TypeAlias = Callable[[State, Command, Decision], None]


def key(state: State) -> Hashable:
    """Return what a decision may depend on: equal keys, same decisions."""
    turn = state.turn
    return (
        state.session,
        None
        if turn is None
        else (turn.turn_id, turn.phase, turn.task_kind, turn.abort_reason, turn.reviewing),
        tuple((call.call_id, call.phase, call.review_id) for call in state.calls.values()),
        tuple((ask.approval_id, ask.call_id, ask.approval_kind) for ask in state.approvals.values()),
        tuple(state.hook_runs),
        tuple((host.target, host.phase) for host in state.hosts.values()),
        tuple((entry.input_id, entry.turn_id) for entry in state.inputs),
        tuple((mail.mail_id, mail.trigger_turn) for mail in state.mail),
        state.behaviour,
    )


@attrs.frozen(eq=False)
class Node:
    """A state, and the shortest way to it."""

    state: State
    parent: Node | None = None
    command: Command | None = None
    depth: int = 0

    def commands(self) -> list[Command]:
        """Return the commands that lead here: the counter-example when a check fails here."""
        way: list[Command] = []
        node: Node | None = self
        while node is not None and node.command is not None:
            way.append(node.command)
            node = node.parent
        return way[::-1]


@attrs.frozen
class Explored:
    """What a search has seen."""

    nodes: tuple[Node, ...]
    transitions: int

    @property
    def depth(self) -> int:
        """How many commands the farthest state is away."""
        return max(node.depth for node in self.nodes)


class Broken(AssertionError):
    """A check failed; `way` is the shortest sequence of commands that shows it."""

    def __init__(self, error: Exception, way: list[Command]) -> None:
        lines = [f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ()), "after:"]
        super().__init__("\n".join((*lines, *(f"  {step!r}" for step in way))))
        self.way = way


def explore(start: State, menu: Menu, within: Callable[[State], bool], check: Check) -> Explored:
    """Decide every command of *menu* in every state within bounds; call *check* on each decision.

    Raises Broken with the way to the failure: the first one found, so no shorter one exists.
    """
    seen = {key(start)}
    nodes = [Node(start)]
    todo = deque(nodes)
    transitions = 0
    while todo:
        node = todo.popleft()
        for command in menu(node.state):
            transitions += 1
            try:
                decision = decide(node.state, command)
                check(node.state, command, decision)
            except Exception as error:
                raise Broken(error, [*node.commands(), command]) from error
            place = key(decision.state)
            if place not in seen and within(decision.state):
                seen.add(place)
                found = Node(decision.state, node, command, node.depth + 1)
                nodes.append(found)
                todo.append(found)
    return Explored(tuple(nodes), transitions)


def steps(before: State, events: Iterable[Event]) -> Iterator[tuple[State, Event, State]]:
    """Yield each event with the state before and after it, by `reduce` itself. Raises as it does."""
    for event in events:
        after = reduce(before, Envelope(seq=before.seq + 1, event=event))
        yield before, event, after
        before = after


def answer_to(effect: Effect) -> Command | None:
    """Return the command in which an effect ends; None for one that the session hears nothing of."""
    match effect:
        case StartTask(turn_id=turn_id):
            return BeginTurn(turn_id=turn_id)
        case CancelScopes(turn_id=turn_id):
            return ScopesGone(turn_id=turn_id, scopes=1)
        case AwaitUnwind(turn_id=turn_id, grace_ms=grace_ms):
            return Unwound(turn_id=turn_id, grace_ms=grace_ms)
        case FlushJournal(turn_id=turn_id):
            return FlushEnded(turn_id=turn_id, through_seq=1)
        case ConcludeAbort(turn_id=turn_id):
            return Conclude(turn_id=turn_id)
        case CloseSession():
            return Close()
        case _:
            return None


def left_alone(state: State) -> Iterator[Decision]:
    """Yield what comes of the engine's own work from *state* on, when nobody else says anything.

    It ends where no effect is left that would tell the session something: idle, at work, or closed. Effects that a
    process finds when it resumes are the same ones (`react` from the initial state).
    """
    before, events = INITIAL, tuple[Event, ...]()
    while True:
        answers = [answer_to(effect) for effect in react(before, events, state)]
        commands = [command for command in answers if command is not None]
        if not commands:
            return
        (command,) = commands
        decision = decide(state, command)
        yield decision
        if not decision.events:
            return
        before, events, state = state, decision.events, decision.state


def at_rest(state: State) -> State:
    """Return the state in which the engine's own work comes to rest."""
    for decision in left_alone(state):
        state = decision.state
    return state


def resumed(state: State, command: Resume) -> State:
    """Return the state after a process took up a log that ends in *state*, as the engine does it."""
    decision = decide(state, command)
    if decision.parked:
        decision = decide(at_rest(decision.state), command)
    assert SessionPhase.IDLE is decision.state.session, decision.result
    return decision.state
