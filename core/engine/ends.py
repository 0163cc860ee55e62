"""How turns ended, for whoever waits for one."""

from typing import Final, TypeAlias

import trio

from turnfold.events import Event, TurnAborted, TurnCleared, TurnCompleted, TurnStarted

End: TypeAlias = TurnCompleted | TurnAborted | None
"""The terminal event; None for a turn that was cleared before it began."""

KEPT: Final = 64
"""Ends that are remembered for those who ask late."""


class Ends:
    """The last ends, and who waits for one to come."""

    def __init__(self) -> None:
        self._ends: dict[str, End] = {}
        self._waiting: dict[str, trio.Event] = {}
        self._open: str | None = None

    def take(self, event: Event) -> None:
        """Take in the next event of the session."""
        match event:
            case TurnStarted(turn_id=turn_id):
                self._open = turn_id
            case TurnCleared(turn_id=turn_id):
                self._remember(turn_id, None)
            case TurnCompleted() | TurnAborted():
                self._remember(event.turn_id or "", event)
            case _:
                pass

    def _remember(self, turn_id: str, end: End) -> None:
        self._ends[turn_id] = end
        if self._open == turn_id:
            self._open = None
        if len(self._ends) > KEPT:
            del self._ends[next(iter(self._ends))]
        waiting = self._waiting.pop(turn_id, None)
        if waiting is not None:
            waiting.set()

    def knows(self, turn_id: str) -> bool:
        """Whether the turn's end was seen, not long ago."""
        return turn_id in self._ends

    def expects(self, turn_id: str) -> bool:
        """Whether the turn's start was seen and its end was not: it may be decided, and on its way to the journal."""
        return turn_id == self._open

    def get(self, turn_id: str) -> End:
        """The end that was seen."""
        return self._ends.get(turn_id)

    async def wait(self, turn_id: str) -> End:
        """Wait for the end; None also when the session breaks down first."""
        await self._waiting.setdefault(turn_id, trio.Event()).wait()
        return self.get(turn_id)

    def close(self) -> None:
        """Nothing comes any more."""
        for event in self._waiting.values():
            event.set()
        self._waiting.clear()
