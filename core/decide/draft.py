"""A decision in the making: events are folded as they are added, so that later ones can look at the state."""

import attrs

from turnfold.core.reduce import reduce
from turnfold.core.results import MESSAGES, Refused, Result
from turnfold.core.state import State, Turn
from turnfold.events import Envelope, Event


@attrs.frozen
class Decision:
    """What comes of a command."""

    events: tuple[Event, ...]
    """What is to be recorded, in order; `reduce` accepts all of it."""

    state: State
    """The state after those events."""

    result: Result | None
    """What the asker is told; None for a parked command."""

    parked: bool = False
    """Whether the same command is to be decided again once no turn holds the slot."""


class Draft:
    """The events so far, and the state after them."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.events: list[Event] = []

    @property
    def turn(self) -> Turn | None:
        """The turn in the slot."""
        return self.state.turn

    def add(self, *events: Event) -> None:
        """Add *events*. Raises IllegalEvent; those before the illegal one are added then."""
        for event in events:
            self.state = reduce(self.state, Envelope(seq=self.state.seq + 1, event=event))
            self.events.append(event)

    def done(self, result: Result) -> Decision:
        """The decision: all of this, and *result*."""
        return Decision(tuple(self.events), self.state, result)

    def park(self) -> Decision:
        """The decision: all of this, and then the command again once the slot is free."""
        return Decision(tuple(self.events), self.state, None, parked=True)


def refuse(reason: str, message: str | None = None, **names: object) -> Refused:
    """A refusal with its message; *names* are put into the message."""
    return Refused(reason=reason, message=(message or MESSAGES[reason]).format(**names))
