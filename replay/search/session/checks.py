"""Safety of the session: what holds for every decision, each with the decisions that it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias, get_args

import attrs

from turnfold.core import State, reduce
from turnfold.core.commands import ClientCommand, Command, EffectCommand
from turnfold.core.decide import Decision
from turnfold.events import EVENTS, Envelope, Event


class Violated(AssertionError):
    """A check does not hold; the text says in what way."""


def must(holds: object, text: str) -> None:
    """Raise `Violated` with *text* unless *holds*. Not an `assert`: `python -O` leaves those out."""
    if not holds:
        raise Violated(text)


class Moved(NamedTuple):
    """One event of a decision."""

    before: State
    event: Event
    after: State


class Decided(NamedTuple):
    """One decision, and what its events do to the state one by one, by `reduce` itself."""

    before: State
    command: Command
    decision: Decision
    moves: Sequence[Moved]

    @property
    def after(self) -> State:
        """The state that the decision says it leads to."""
        return self.decision.state

    @property
    def kinds(self) -> list[type[Event]]:
        """The types of its events, in order."""
        return [type(event) for event in self.decision.events]


Kinds: TypeAlias = frozenset[type[Event]]
Commands: TypeAlias = frozenset[type[Command]]

EVERY_COMMAND: Final[Commands] = frozenset((*get_args(ClientCommand), *get_args(EffectCommand)))
EVERY_EVENT: Final[Kinds] = frozenset(EVENTS)


@attrs.frozen(kw_only=True)
class SessionCheck:
    """A check on decisions. It is called on those that it concerns: on the others there is nothing in it to fail."""

    name: str
    text: str
    """What it claims, with requirement ids."""
    holds: Callable[[Decided], object]
    """Raises `Violated`."""
    commands: Commands = frozenset()
    """Decisions of these commands concern it."""
    kinds: Kinds = frozenset()
    """Decisions with an event of one of these types concern it."""

    def concerns(self, command: Command, events: Iterable[Event]) -> bool:
        """Whether it has to be called on a decision."""
        return type(command) in self.commands or any(type(event) in self.kinds for event in events)


def session_check(
    *, commands: Iterable[type[Command]] = (), kinds: Iterable[type[Event]] = ()
) -> Callable[[Callable[[Decided], object]], SessionCheck]:
    """Make a check of a function: its name in words, and the first line of its docstring as the claim."""

    def made(function: Callable[[Decided], object]) -> SessionCheck:
        return SessionCheck(
            name=function.__name__.replace("_", " "),
            text=" ".join((function.__doc__ or "").split("\n\n")[0].split()),
            holds=function,
            commands=frozenset(commands),
            kinds=frozenset(kinds),
        )

    return made


def replayed(before: State, events: Iterable[Event]) -> list[Moved]:
    """Return each event with the state before and after it, by `reduce`. Raises as that does."""
    moves: list[Moved] = []
    for event in events:
        after = reduce(before, Envelope(seq=before.seq + 1, event=event))
        moves.append(Moved(before, event, after))
        before = after
    return moves


class Checking:
    """Makes checks on decisions, each where it concerns; can be given to `search` as it is."""

    def __init__(self, checks: Iterable[SessionCheck]) -> None:
        self.checks = tuple(checks)
        self._concerned: dict[Sequence[type[object]], tuple[SessionCheck, ...]] = {}

    def __call__(self, before: State, command: Command, decision: Decision, _after: State) -> None:
        """Raise what does not hold for the decision, with the check's name and claim as a note."""
        events = decision.events
        which: tuple[type[object], ...] = (type(command), *map(type, events)) if events else (type(command),)
        concerned = self._concerned.get(which)
        if concerned is None:
            concerned = tuple(check for check in self.checks if check.concerns(command, events))
            self._concerned[which] = concerned
        decided = Decided(before, command, decision, replayed(before, events) if events else ())
        for check in concerned:
            try:
                check.holds(decided)
            except Exception as error:
                error.add_note(f"{check.name}: {check.text}")
                raise
