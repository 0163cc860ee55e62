"""The feed: events to subscribers, in order, after they were journalled, and never waiting for anybody."""

from collections import deque
from collections.abc import Callable
from typing import Final, TypeAlias

import attrs
import trio

from turnfold.events import Envelope

BUFFER: Final = 4096
"""Events that a subscriber may be behind before it misses some."""


@attrs.frozen
class Streamed:
    """A piece of what the model is saying; not an event, for it is in no log."""

    turn_id: str
    item_id: str | None
    text: str
    channel: str
    """`message`, `reasoning` or `arguments`."""


News: TypeAlias = Envelope | Streamed


class Subscription:
    """An async iterator of what happens from now on. It ends with the session, after its last event.

    One that falls behind by more than its buffer misses events; a `SubscriberLagged` event says how many and
    from which `seq` on, so that they can be read from the journal.
    """

    def __init__(
        self, name: str, buffer: int, *, deltas: bool, lagged: Callable[[str, int, int], None]
    ) -> None:
        self.name = name
        self._buffer = buffer
        self._deltas = deltas
        self._lagged = lagged
        self._waiting: deque[News] = deque()
        self._lot = trio.lowlevel.ParkingLot()
        self._missed = 0
        self._first_missed = 0
        self._over = False

    def give(self, news: News) -> None:
        """Put *news* in, or count it as missed."""
        if isinstance(news, Streamed) and (not self._deltas or self._missed):
            return
        if len(self._waiting) >= self._buffer:
            if isinstance(news, Envelope):
                self._first_missed = self._first_missed if self._missed else news.seq
                self._missed += 1
            return
        self._waiting.append(news)
        self._lot.unpark()

    def end(self) -> None:
        """Nothing comes any more."""
        self._over = True
        self._lot.unpark_all()

    def __aiter__(self) -> "Subscription":
        return self

    async def __anext__(self) -> News:
        """Wait for the next. Raises StopAsyncIteration at the end of the session."""
        if self._waiting:
            await trio.lowlevel.checkpoint()
        while not self._waiting:
            if self._over:
                raise StopAsyncIteration
            await self._lot.park()
        news = self._waiting.popleft()
        if self._missed and len(self._waiting) <= self._buffer // 2:
            missed, self._missed = self._missed, 0
            self._lagged(self.name, missed, self._first_missed)
        return news


class Feed:
    """All subscriptions of a session.

    Args:
        lagged: told of a subscriber that missed events: its name, how many, and the first `seq`.
    """

    def __init__(self, lagged: Callable[[str, int, int], None]) -> None:
        self._lagged = lagged
        self._subscriptions: list[Subscription] = []
        self._over = False
        self._count = 0

    def subscribe(self, name: str | None, buffer: int, *, deltas: bool) -> Subscription:
        """A subscription from now on."""
        self._count += 1
        subscription = Subscription(
            name or f"subscriber-{self._count}", buffer, deltas=deltas, lagged=self._lagged
        )
        if self._over:
            subscription.end()
        else:
            self._subscriptions.append(subscription)
        return subscription

    def publish(self, news: News) -> None:
        """Give it to all."""
        for subscription in self._subscriptions:
            subscription.give(news)

    def close(self) -> None:
        """The session is over."""
        self._over = True
        for subscription in self._subscriptions:
            subscription.end()
