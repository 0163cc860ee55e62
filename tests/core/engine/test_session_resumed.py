"""A session that goes on from a log which ended in order."""

from __future__ import annotations

import pytest

from tests.core.engine.running import run, scene
from turnfold.core.engine.fakes import CountedIds, Emit, Say
from turnfold.core.reduce import fold
from turnfold.events import SessionResumed, ShutdownCompleted, TurnCompleted

ANSWER = {
    "type": "message",
    "id": "another",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Hello again."}],
}


@pytest.mark.covers("G3")
def test_a_session_that_was_shut_down_goes_on() -> None:
    """The end that the log tells of is the earlier process's: the session takes input, and its model knows the past."""

    async def main() -> None:
        ids = CountedIds()
        async with scene([[Say("Hello.")]], ids=ids) as first:
            await first.turn("Hi.")
        assert isinstance(first.log[-1], ShutdownCompleted)
        past = first.journal.appended
        async with scene([[Emit(ANSWER)]], ids=ids, resume=past) as second:
            assert isinstance(second.log[0], SessionResumed)
            assert isinstance(await second.turn("It is me."), TurnCompleted)
            assert 3 == len(second.model.requests[0].items)
            assert second.session.state == fold([*past, *second.journal.appended])

    run(main)
