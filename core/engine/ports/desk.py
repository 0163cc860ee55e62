"""The desk: what the work of a turn may ask of its session. Every step goes through the session's actor."""

from typing import Protocol

from turnfold.core.state import State
from turnfold.events import ApprovalRequested, ApprovalResolved, Event


class TurnOver(Exception):
    """The turn is being aborted or has ended: this step did not happen, and no further one will."""


class Desk(Protocol):
    """A turn's way to its session.

    All methods are called from the turn's own tasks. Once the turn is being aborted those are cancelled; what is
    still said after that is refused with TurnOver, except that work that had begun may be recorded as ended.
    """

    @property
    def turn_id(self) -> str:
        """The turn."""
        ...

    @property
    def state(self) -> State:
        """The session as it is now. Between two awaits it does not change."""
        ...

    def now_us(self) -> int:
        """Wall time in microseconds since 1970."""
        ...

    def new_id(self, kind: str) -> str:
        """A fresh id."""
        ...

    async def record(self, *events: Event) -> None:
        """Record *events*, all or none, in this order; they are journalled when this returns.

        Raises TurnOver when one of them may not happen any more.
        """
        ...

    async def interrupt(self, *events: Event, by: str) -> None:
        """Record *events* and begin the abort of this turn in the same step. The actor carries the abort out.

        Whoever calls it is cancelled soon after. Raises TurnOver when the turn is being aborted already.
        """
        ...

    async def ask(self, question: ApprovalRequested) -> ApprovalResolved:
        """Ask a person and wait for the answer. The waiter exists before the question is visible.

        An abort cancels the wait and resolves nothing. Raises TurnOver when nobody may be asked any more.
        """
        ...
