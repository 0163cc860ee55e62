"""The stopwatch of a command: only used time counts."""

from collections.abc import Awaitable, Callable

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from turnfold.core.engine import ports
from turnfold.core.engine.gate import Stopwatch


def run(claim: Callable[[], Awaitable[None]]) -> None:
    """Run *claim* on a clock that jumps over every sleep."""
    trio.run(claim, clock=trio.testing.MockClock(autojump_threshold=0))


def test_used_time_ends_the_block() -> None:
    """Without pauses it is a timeout."""

    async def claim() -> None:
        with Stopwatch(2.0) as watch:
            await trio.sleep(5)
        assert (True, 2.0, 0) == (watch.timed_out, watch.used_s, watch.paused_ms)

    run(claim)


def test_no_limit() -> None:
    """Without a timeout it only measures; before the block nothing was used."""

    async def claim() -> None:
        watch = Stopwatch()
        assert watch.used_s == 0.0
        with watch:
            await trio.sleep(5)
        await trio.sleep(1)
        assert (False, 5.0) == (watch.timed_out, watch.used_s)

    run(claim)


@pytest.mark.covers("E3")
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6), st.integers(1, 60))
def test_paused_time_does_not_count(spans: list[tuple[int, int]], timeout: int) -> None:
    """It ends exactly when the time outside of pauses exceeds the timeout, however the pauses lie."""

    async def claim() -> None:
        with Stopwatch(timeout + 0.5) as watch:
            for work, wait in spans:
                await trio.sleep(work)
                watch.pause()
                await trio.sleep(wait)
                watch.resume()
            await trio.lowlevel.checkpoint()
        assert (sum(work for work, _ in spans) > timeout) == watch.timed_out
        if not watch.timed_out:
            assert 1000 * sum(wait for _, wait in spans) == watch.paused_ms

    run(claim)


@pytest.mark.covers("E3")
def test_pauses_nest() -> None:
    """Two that wait at once are two pauses; it counts on after the later end."""

    async def claim() -> None:
        ticking: ports.Stopwatch
        with Stopwatch(2.0) as watch:
            ticking = watch
            ticking.pause()
            await trio.sleep(4)
            ticking.pause()
            ticking.resume()
            await trio.sleep(4)
            assert ticking.paused_ms == 8000
            ticking.resume()
            await trio.sleep(1)
        assert (False, 1.0) == (watch.timed_out, watch.used_s)

    run(claim)


def test_paused_before_it_begins() -> None:
    """A pause may be older than the block."""

    async def claim() -> None:
        watch = Stopwatch(1.0)
        watch.pause()
        with watch:
            await trio.sleep(3)
            watch.resume()
            await trio.sleep(3)
        assert (True, 3000) == (watch.timed_out, watch.paused_ms)

    run(claim)


def test_paused_to_the_end() -> None:
    """A pause that outlasts the block ends with it."""

    async def claim() -> None:
        with Stopwatch(1.0) as watch:
            watch.pause()
            await trio.sleep(3)
        await trio.sleep(3)
        watch.resume()
        assert (0.0, 3000) == (watch.used_s, watch.paused_ms)

    run(claim)


def test_a_cancellation_from_outside_passes() -> None:
    """It takes in its own timeout and nothing else."""

    async def claim() -> None:
        with trio.move_on_after(1) as outer, Stopwatch(5.0) as watch:
            await trio.sleep(9)
        assert (True, False) == (outer.cancelled_caught, watch.timed_out)

    run(claim)


def test_misuse_is_named() -> None:
    """A watch can't be used twice, nor resumed without a pause."""

    async def claim() -> None:
        with Stopwatch() as watch:
            pass
        with pytest.raises(RuntimeError, match="used once"), watch:
            pass
        with pytest.raises(RuntimeError, match="not paused"):
            watch.resume()

    run(claim)
