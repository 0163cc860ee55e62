"""Calls: what clients asked, what they were told, and how the calls lie in time."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import attrs

_T = TypeVar("_T")


@attrs.frozen(kw_only=True)
class Call:
    """One request of a client, from when it was made to when it was answered."""

    client: str
    """Who made it. The calls of one client do not overlap."""
    op: str
    """What was asked: the name of the operation, e.g. `submit`."""
    given: Mapping[str, object] = attrs.field(factory=dict[str, object])
    """Arguments by name."""
    began: int
    """Logical time: position in the order of all beginnings and ends."""
    ended: int | None = None
    """The same of its end. None: never answered, and so it may have taken effect or not."""
    result: object = None
    """What the client was told."""


@attrs.frozen(kw_only=True)
class Raised:
    """The result of a call that ended with an exception other than a cancellation."""

    error: Exception


class Calls:
    """A recorder of the calls of one run. Everything happens in one thread, as trio's tasks do."""

    def __init__(self) -> None:
        self._made: list[tuple[str, str, Mapping[str, object], int]] = []
        self._ends: dict[int, tuple[int, object]] = {}

    def begin(self, client: str, op: str, /, **given: object) -> int:
        """Note that *client* asks for *op*; return the number of the call, for `ended`."""
        self._made.append((client, op, given, len(self._made) + len(self._ends)))
        return len(self._made) - 1

    def ended(self, number: int, result: object = None) -> None:
        """Note what the call was told.

        Raises:
            ValueError: the number is unknown, or this call has ended.
        """
        if not 0 <= number < len(self._made):
            raise ValueError(f"there is no call {number}: pass a number that begin() returned")
        if number in self._ends:
            raise ValueError(f"call {number} ({self._made[number][1]}) has ended already")
        self._ends[number] = (len(self._made) + len(self._ends), result)

    async def of(self, client: str, op: str, work: Callable[[], Awaitable[_T]], /, **given: object) -> _T:
        """Run *work* as a call and return its result.

        A call that is cancelled counts as never answered: it may have taken effect. An exception is a result, kept
        as `Raised`, and goes on to the caller.
        """
        number = self.begin(client, op, **given)
        try:
            result = await work()
        except Exception as error:
            self.ended(number, Raised(error=error))
            raise
        self.ended(number, result)
        return result

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls so far, in the order in which they were made."""
        never: tuple[int | None, object] = (None, None)
        return tuple(
            Call(client=client, op=op, given=given, began=began, ended=ended, result=result)
            for number, (client, op, given, began) in enumerate(self._made)
            for ended, result in (self._ends.get(number, never),)
        )
