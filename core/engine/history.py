"""What the model is given of the past: a fold over the session's events."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from turnfold.core.engine.ports import Item
from turnfold.events import (
    Envelope,
    Event,
    HistoryCompacted,
    HistoryRolledBack,
    MessageRecorded,
    Origin,
    TurnStarted,
    UserInputRecorded,
    item_of,
)


class History:
    """The items, oldest first."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._boundaries: list[int] = []
        """Where each turn of the user begins that is still in the items."""
        self._before: list[tuple[list[Item], list[int]]] = []
        """Items and boundaries as each compaction found them, for a rollback beyond it."""
        self._turn_begin = 0
        self._turn_counted = False
        self._said: MessageRecorded | None = None
        """The event before, if it is a message."""

    @property
    def turn_items(self) -> tuple[Item, ...]:
        """Those of the current turn."""
        return tuple(self._items[self._turn_begin :])

    @property
    def items(self) -> tuple[Item, ...]:
        """All items."""
        return tuple(self._items)

    def fold(self, envelopes: Iterable[Envelope]) -> None:
        """Take in a log; derived twins say nothing new."""
        for envelope in envelopes:
            if envelope.origin is not Origin.DERIVED:
                self.take(envelope.event)

    def take(self, event: Event) -> None:
        """Take in the next event."""
        match event:
            case TurnStarted():
                self._turn_begin, self._turn_counted = len(self._items), False
            case HistoryCompacted():
                self._replace(event)
            case HistoryRolledBack(num_turns=count):
                self._cut(count)
            case _:
                item = item_of(event)
                if item is not None and not self._is_copy(event):
                    self._items.append(item)
                self._said = event if isinstance(event, MessageRecorded) else None
                if isinstance(event, UserInputRecorded) and not self._turn_counted:
                    self._boundaries.append(self._turn_begin)
                    self._turn_counted = True

    def _is_copy(self, event: Event) -> bool:
        """Whether this is the clients' copy of a user's message, which Codex writes right behind the model's.

        Our own log has the two as one event. A file that Codex continued has both.
        """
        said = self._said
        return isinstance(event, UserInputRecorded) and (
            said is not None and (said.role, said.text) == ("user", event.message)
        )

    def _cut(self, count: int) -> None:
        """Drop the last *count* turns of the user with everything after the first of them; at most all.

        A compaction that one of those turns brought about is undone with it.
        """
        while count > len(self._boundaries) and self._before:
            count -= len(self._boundaries)
            self._items, self._boundaries = self._before.pop()
        if count > 0 and self._boundaries:
            begin = self._boundaries[-min(count, len(self._boundaries))]
            del self._items[begin:]
            del self._boundaries[-count:]

    def _replace(self, event: HistoryCompacted) -> None:
        given = event.extra.get("replacement_history")
        replacement = cast("list[Mapping[str, Any]]", given) if isinstance(given, list) else []
        self._before.append((self._items, self._boundaries))
        self._items, self._boundaries = list(replacement), []
        self._turn_begin = len(self._items)
