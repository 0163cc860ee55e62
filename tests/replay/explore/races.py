"""Small trio programs with a planted race each, and what they look like without it.

The tasks are out of step with each other, so that trio's own scheduler, which lets all of them make a step before any
makes another one, does not come upon the race.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

Program = Callable[[], Awaitable[object]]


async def _busy(steps: int) -> None:
    for _ in range(steps):
        await trio.lowlevel.checkpoint()


async def lost_update() -> None:
    """A value is read before a checkpoint and written after it."""
    total = 0

    async def add(delay: int) -> None:
        nonlocal total
        await _busy(delay)
        seen = total
        await trio.lowlevel.checkpoint()
        total = seen + 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(add, 0)
        nursery.start_soon(add, 6)
    assert total == 2, "an update was lost"


async def lost_update_fixed() -> None:
    """Nothing awaits between reading and writing."""
    total = 0

    async def add(delay: int) -> None:
        nonlocal total
        await _busy(delay)
        total += 1
        await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(add, 0)
        nursery.start_soon(add, 6)
    assert total == 2, "an update was lost"


async def _withdraw(*, locked: bool) -> None:
    balance = 10
    lock = trio.Lock()

    async def take(amount: int, delay: int) -> None:
        nonlocal balance
        await _busy(delay)
        if not locked:
            if balance >= amount:
                await trio.lowlevel.checkpoint()
                balance -= amount
            return
        async with lock:
            if balance >= amount:
                await trio.lowlevel.checkpoint()
                balance -= amount

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take, 7, 0)
        nursery.start_soon(_busy, 2)
        nursery.start_soon(take, 8, 6)
    assert balance >= 0, f"the balance is {balance}"


async def check_then_act() -> None:
    """What was checked need not hold any more when it is acted upon."""
    await _withdraw(locked=False)


async def check_then_act_fixed() -> None:
    """A lock holds from the check to the act."""
    await _withdraw(locked=True)


async def _two_locks(*, ordered: bool) -> None:
    first, second = trio.Lock(), trio.Lock()

    async def hold(delay: int, one: trio.Lock, other: trio.Lock) -> None:
        await _busy(delay)
        async with one, other:
            await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(hold, 0, first, second)
        nursery.start_soon(hold, 8, *((first, second) if ordered else (second, first)))


async def two_locks() -> None:
    """Two locks are taken in opposite orders."""
    await _two_locks(ordered=False)


async def two_locks_fixed() -> None:
    """Two locks are taken in the same order by all."""
    await _two_locks(ordered=True)


async def _mailbox(*, rechecks: bool) -> None:
    items: list[int] = []
    bell = trio.Event()

    async def receive() -> None:
        nonlocal bell
        while not items:
            if not rechecks:
                await trio.lowlevel.checkpoint()
                bell = trio.Event()  # whoever rang between the look and this line rang in vain
                await bell.wait()
            else:
                bell = trio.Event()
                await bell.wait()

    async def send() -> None:
        await _busy(6)
        items.append(1)
        bell.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(receive)
        nursery.start_soon(send)


async def missed_wakeup() -> None:
    """The condition is looked at some time before the wait begins."""
    await _mailbox(rechecks=False)


async def missed_wakeup_fixed() -> None:
    """Nothing awaits between the look and the wait."""
    await _mailbox(rechecks=True)


class _Connection:
    def __init__(self, *, marks_first: bool) -> None:
        self.closed = False
        self.closings = 0
        self._marks_first = marks_first

    async def aclose(self) -> None:
        if self.closed:
            await trio.lowlevel.checkpoint()
            return
        if self._marks_first:
            self.closed = True
        await trio.lowlevel.checkpoint()
        self.closed = True
        self.closings += 1


async def _closing(*, marks_first: bool) -> None:
    connection = _Connection(marks_first=marks_first)

    async def idle_timeout() -> None:
        await trio.sleep(1)
        await connection.aclose()

    async def peer_closes() -> None:
        await trio.sleep(1)
        await _busy(6)
        await connection.aclose()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(idle_timeout)
        nursery.start_soon(peer_closes)
    assert connection.closings == 1, f"closed {connection.closings} times"


async def double_close() -> None:
    """A flag is looked at before a checkpoint and set after it."""
    await _closing(marks_first=False)


async def double_close_fixed() -> None:
    """The flag is set as soon as it was looked at."""
    await _closing(marks_first=True)


RACES: dict[Program, Program] = {
    lost_update: lost_update_fixed,
    check_then_act: check_then_act_fixed,
    two_locks: two_locks_fixed,
    missed_wakeup: missed_wakeup_fixed,
    double_close: double_close_fixed,
}
"""With the race → without it."""
