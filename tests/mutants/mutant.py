"""A mutant: one mistake, put into our engine from outside for the time of a `with`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from unittest import mock

import attrs

from turnfold.core.decide import Decision, deciders, draft
from turnfold.core.lifecycle import IllegalEvent
from turnfold.core.reduce import reduce as fold
from turnfold.core.state import State
from turnfold.events import Envelope, Event
from turnfold.replay.lab import Race

Decider: TypeAlias = Callable[[State, Any], Decision]

_DISPATCH: Final = "_DECIDERS"

Row: TypeAlias = Callable[[State, Event], State | None]
"""Is asked about an event that the tables refuse: the state behind it, or None where it stays refused."""


@attrs.frozen
class Patch:
    """One thing that is replaced."""

    owner: object
    """A module or a class."""
    name: str
    value: object


@attrs.frozen(kw_only=True)
class Mutant:
    """A mistake of the design that ours was made after, in our engine."""

    name: str
    hazards: tuple[str, ...]
    """`H1` to `H8`: the hazards of the acceptance list. `U1` to `U10`: the races of the wider design."""
    about: str
    """What it does, in a sentence."""
    race: Race
    """Where it shows."""
    patches: Sequence[Patch]
    shipped: Race | None = None
    """A race of `turnfold.replay.races` that shows it too, in more schedules than one made for it."""

    @contextmanager
    def applied(self) -> Generator[None]:
        """Make the mistake while this is open."""
        with ExitStack() as stack:
            for patch in self.patches:
                stack.enter_context(mock.patch.object(patch.owner, patch.name, patch.value))
            yield


def deciding(changed: Mapping[type[Any], Decider]) -> Patch:
    """Other deciders in the dispatch table; a command of a mutant's own gets one, too."""
    known: Mapping[type[Any], Decider] = vars(deciders)[_DISPATCH]
    return Patch(deciders, _DISPATCH, MappingProxyType({**known, **changed}))


def rows(row: Row) -> Patch:
    """Other rows in the tables that the engine goes by; the rules that judge its log keep theirs."""

    def reduce(state: State, envelope: Envelope) -> State:
        try:
            return fold(state, envelope)
        except IllegalEvent:
            after = row(state, envelope.event)
            if after is None:
                raise
            return attrs.evolve(after, seq=envelope.seq)

    return Patch(draft, "reduce", reduce)


def staying(*kinds: type[Event]) -> Row:
    """Rows in which these events are legal everywhere, and change nothing where the tables do not know them."""

    def row(state: State, event: Event) -> State | None:
        return state if isinstance(event, kinds) else None

    return row
