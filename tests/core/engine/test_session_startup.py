"""Work of starting up, and the interrupt that finds no turn."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio

from tests.core.engine.running import run, scene
from turnfold.core.engine.fakes import Say
from turnfold.core.engine.plugs import Fitted, Interior
from turnfold.core.results import Idle
from turnfold.events import StartupCancelled, TurnAborted, WarningRaised


@asynccontextmanager
async def connecting(interior: Interior) -> AsyncGenerator[Fitted]:
    """A part that takes an hour to connect to two servers, one of which answers at once."""

    async def slow() -> None:
        await trio.sleep(3600)

    interior.start_up("slow server", slow)
    interior.start_up("quick server", trio.lowlevel.checkpoint)
    yield Fitted()


@pytest.mark.covers("F1")
def test_an_interrupt_without_a_turn_cancels_what_still_starts() -> None:
    """No turn event is emitted; the log names what was cancelled, and a second interrupt finds nothing."""

    async def main() -> None:
        async with scene(plugs=(connecting,)) as on:
            await on.settle()
            assert Idle(cancelled=("slow server",)) == await on.session.interrupt()
            await on.settle()
            assert Idle() == await on.session.interrupt()
            assert [("slow server",)] == [event.work for event in on.of(StartupCancelled)]
            assert [] == on.of(TurnAborted)

    run(main)


@pytest.mark.covers("F1")
def test_a_turn_is_interrupted_before_what_still_starts() -> None:
    """With a turn, the interrupt is the turn's: starting goes on."""

    async def main() -> None:
        async with scene([[Say(["a", "b"])]], plugs=(connecting,)) as on:
            turn_id = await on.begin()
            await on.session.interrupt()
            await on.session.finished(turn_id)
            assert [] == on.of(StartupCancelled)

    run(main)


def test_a_start_that_fails_is_a_warning() -> None:
    """A server that cannot be reached keeps no session from starting."""

    @asynccontextmanager
    async def failing(interior: Interior) -> AsyncGenerator[Fitted]:
        async def refuse() -> None:
            await trio.lowlevel.checkpoint()
            raise OSError("connection refused")

        interior.start_up("server", refuse)
        yield Fitted()

    async def main() -> None:
        async with scene(plugs=(failing,)) as on:
            await on.settle()
            (warning,) = on.of(WarningRaised)
            assert warning.message is not None
            assert "startup:server failed: OSError: connection refused" == warning.message

    run(main)
