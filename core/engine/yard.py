"""The yard: where effects run, each in a task and under a scope of its own.

A nursery waits for its children, so an effect that shields itself, or is stuck in a thread, would hold whoever
opened the nursery. The yard's nursery is therefore not opened by the session but by a task of trio's own, and a
session can end while an abandoned effect is still in there.
"""

from collections.abc import Awaitable, Callable
from typing import Final, cast

import attrs
import trio

Work = Callable[[], Awaitable[object]]

SHUT_DOWN_S: Final = 1.0
"""Seconds that whatever is left in the yard gets when the session ends."""


@trio.lowlevel.disable_ki_protection
async def _open_to_signals(work: Work) -> None:
    """Do *work*, which Ctrl-C may hit anywhere; the yard around it is protected."""
    await work()


def _uncancelled(error: BaseException) -> BaseException | None:
    """*error* without the cancellations in it; None when it is nothing else."""
    if isinstance(error, trio.Cancelled):
        return None
    if isinstance(error, BaseExceptionGroup):
        return cast("BaseExceptionGroup[BaseException]", error).split(trio.Cancelled)[1]
    return error


@attrs.define(eq=False)
class Running:
    """An effect that has not ended."""

    effect_id: str
    turn_id: str | None
    call_id: str | None
    scope: trio.CancelScope
    done: trio.Event
    abandoned: bool = False


class Yard:
    """Runs effects.

    Args:
        crashed: told of an effect whose work raised; it never reaches the nursery.
        late: told of an abandoned effect that ended after all.
        struck: told of what is to end the program, such as a KeyboardInterrupt that hit an effect.
    """

    def __init__(
        self,
        crashed: Callable[[Running, Exception], None],
        late: Callable[[Running], None],
        struck: Callable[[BaseException], None],
    ) -> None:
        self._crashed = crashed
        self._late = late
        self._struck = struck
        self._running: dict[Running, None] = {}
        """In the order of their starts. An id may come twice: of an abandoned effect, and of a new one."""
        self._nursery: trio.Nursery | None = None
        self._leave = trio.Event()
        self._gone = trio.Event()

    async def open(self) -> None:
        """Make the nursery."""
        ready = trio.Event()
        trio.lowlevel.spawn_system_task(self._host, ready, name="turnfold yard")
        await ready.wait()

    async def _host(self, ready: trio.Event) -> None:
        try:
            async with trio.open_nursery() as self._nursery:
                ready.set()
                await self._leave.wait()
        finally:
            self._nursery = None
            self._gone.set()

    def start(
        self, effect_id: str, work: Work, *, turn_id: str | None = None, call_id: str | None = None
    ) -> Running:
        """Start *work* for a turn, or for the session when *turn_id* is None. Raises RuntimeError once closed."""
        if self._nursery is None or self._leave.is_set():
            raise RuntimeError("the session is closed: no effect can be started any more")
        running = Running(effect_id, turn_id, call_id, trio.CancelScope(), trio.Event())
        self._running[running] = None
        self._nursery.start_soon(self._run, running, work, name=effect_id)
        return running

    @trio.lowlevel.enable_ki_protection
    async def _run(self, running: Running, work: Work) -> None:
        try:
            with running.scope:
                await _open_to_signals(work)
        except BaseException as error:  # a task of trio's own must not raise: trio would break down
            match _uncancelled(error):
                case None:
                    raise
                case Exception() as mishap:
                    if not running.abandoned:
                        self._crashed(running, mishap)
                case stroke:
                    self._struck(stroke)
        finally:
            del self._running[running]
            running.done.set()
            if running.abandoned:
                self._late(running)

    def of(self, turn_id: str | None) -> list[Running]:
        """The effects of a turn that run, abandoned ones left out; None: those of the session."""
        return [each for each in self._running if each.turn_id == turn_id and not each.abandoned]

    def cancel(self, turn_id: str | None) -> int:
        """Cancel every scope of a turn (or, with None, of the session), waiting for none. Returns how many."""
        running = self.of(turn_id)
        for each in running:
            each.scope.cancel()
        return len(running)

    async def unwind(self, turn_id: str | None, grace_s: float) -> list[Running]:
        """Wait for the effects of a turn to end, at most *grace_s* seconds; abandon and return the others."""
        with trio.move_on_after(grace_s):
            while running := self.of(turn_id):
                await running[0].done.wait()
        left = self.of(turn_id)
        for each in left:
            each.abandoned = True
        return left

    @property
    def abandoned(self) -> list[str]:
        """Ids of abandoned effects that still run."""
        return [each.effect_id for each in self._running if each.abandoned]

    async def close(self) -> None:
        """Cancel what is left, wait a little, and leave the rest to trio."""
        self._leave.set()
        if self._nursery is not None:
            self._nursery.cancel_scope.cancel()
        with trio.move_on_after(SHUT_DOWN_S if not self.abandoned else 0):
            await self._gone.wait()
