"""The desk of a running turn: the real one, in front of the session's actor."""

from turnfold.core.commands import Record
from turnfold.core.engine.kernel import Kernel
from turnfold.core.engine.ports import TurnOver
from turnfold.core.results import ILLEGAL, Refused
from turnfold.core.state import State
from turnfold.events import ApprovalRequested, ApprovalResolved, Event


class IllegalStep(Exception):
    """The work of a turn tried what the tables do not allow while it runs: a defect of the work."""


class TurnDesk:
    """See `ports.Desk`."""

    def __init__(self, kernel: Kernel, turn_id: str) -> None:
        self._kernel = kernel
        self._turn_id = turn_id

    @property
    def turn_id(self) -> str:
        """The turn."""
        return self._turn_id

    @property
    def state(self) -> State:
        """The session as it is now."""
        return self._kernel.state

    def now_us(self) -> int:
        """Wall time in microseconds since 1970."""
        return self._kernel.clock.now_us()

    def new_id(self, kind: str) -> str:
        """A fresh id."""
        return self._kernel.ids.new(kind)

    async def record(self, *events: Event) -> None:
        """Record *events*, all or none. Raises TurnOver, and IllegalStep for a defect of the caller."""
        await self._record(events, None)

    async def interrupt(self, *events: Event, by: str) -> None:
        """Record *events* and begin the abort in the same step."""
        await self._record(events, by)

    async def _record(self, events: tuple[Event, ...], abort_by: str | None) -> None:
        result = await self._kernel.ask(Record(events=events, turn_id=self._turn_id, abort_by=abort_by))
        if result is None:
            raise TurnOver("the session is over")
        if isinstance(result, Refused):
            raise (IllegalStep if result.reason == ILLEGAL else TurnOver)(result.message)

    async def ask(self, question: ApprovalRequested) -> ApprovalResolved:
        """Ask a person and wait."""
        self._kernel.waiters.register(question.approval_id)
        try:
            await self.record(question)
        except BaseException:
            self._kernel.waiters.drop(question.approval_id)
            raise
        return await self._kernel.waiters.wait(question.approval_id)


class SessionDesk:
    """The same for what happens outside of turns, such as hooks at the session's end."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def now_us(self) -> int:
        """Wall time in microseconds since 1970."""
        return self._kernel.clock.now_us()

    def new_id(self, kind: str) -> str:
        """A fresh id."""
        return self._kernel.ids.new(kind)

    async def record(self, *events: Event) -> None:
        """Record *events*. Raises TurnOver when the session is over or they may not happen now."""
        if not await self._kernel.put(*events):
            raise TurnOver("the session does not take this any more")
