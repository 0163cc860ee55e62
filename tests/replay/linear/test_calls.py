"""The recorder notes what was asked and told, in the order of all beginnings and ends."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from turnfold.replay.linear import Call, Calls, Raised


def test_beginnings_and_ends_share_one_count() -> None:
    """Times are positions in the order of all beginnings and ends; a call without an end has none."""
    calls = Calls()
    first = calls.begin("a", "put", value=1)
    calls.begin("b", "get")
    calls.ended(first, "done")
    calls.begin("a", "get")
    expected = (
        Call(client="a", op="put", given={"value": 1}, began=0, ended=2, result="done"),
        Call(client="b", op="get", began=1),
        Call(client="a", op="get", began=3),
    )
    assert expected == calls.calls


def test_an_end_belongs_to_an_open_call() -> None:
    """A number that was not given out, or whose call has ended, is refused."""
    calls = Calls()
    with pytest.raises(ValueError, match="there is no call 0"):
        calls.ended(0)
    calls.ended(calls.begin("a", "get"))
    with pytest.raises(ValueError, match=r"call 0 \(get\) has ended already"):
        calls.ended(0)


def test_arguments_may_have_any_name() -> None:
    """Also those of the recorder's own parameters."""
    calls = Calls()
    calls.begin("a", "find", client="b", op="c")
    assert {"client": "b", "op": "c"} == calls.calls[0].given


def test_a_wait_is_a_call() -> None:
    """A result is returned and kept; an exception goes on and is kept; a cancelled call was never answered."""
    calls = Calls()

    async def fine() -> int:
        await trio.lowlevel.checkpoint()
        return 7

    async def broken() -> int:
        await trio.lowlevel.checkpoint()
        raise KeyError("x")

    async def main() -> None:
        assert 7 == await calls.of("a", "fine", fine, why=1)
        with pytest.raises(KeyError):
            await calls.of("a", "broken", broken)
        with trio.move_on_after(1):
            await calls.of("a", "sleep", trio.sleep_forever)

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    well, badly, never = calls.calls
    assert (7, 0, 1, {"why": 1}) == (well.result, well.began, well.ended, well.given)
    assert isinstance(badly.result, Raised)
    assert isinstance(badly.result.error, KeyError)
    assert (4, None, None) == (never.began, never.ended, never.result)
