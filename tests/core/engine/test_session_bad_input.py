"""Input that is none is the caller's error, and the session goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.core.engine.running import run, scene
from turnfold.core.engine.fakes import Say
from turnfold.events import TurnCompleted


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"mode": "whenever"}, ValueError),
        ({"settings": "fast"}, TypeError),
        ({"content": [{"a": 1.0}]}, ValueError),
        ({"content": ["text"]}, ValueError),
    ],
)
def test_what_is_no_input_is_told_to_its_caller(fields: dict[str, Any], error: type[Exception]) -> None:
    """Nothing of it is in the log, and the next input is answered."""

    async def main() -> None:
        async with scene([[Say("done")]]) as on:
            before = on.session.state
            with pytest.raises(error):
                await on.session.submit("go", **fields)
            with pytest.raises(TypeError):
                await on.session.roll_back("all")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            assert before == on.session.state
            assert isinstance(await on.turn(), TurnCompleted)

    run(main)


def test_parts_of_content_reach_the_model() -> None:
    """What has a type goes to the model as it is."""
    content: Sequence[dict[str, object]] = [{"type": "input_text", "text": "look"}]

    async def main() -> None:
        async with scene([[Say("done")]]) as on:
            started = await on.session.submit("look", content=content)
            await on.session.finished(getattr(started, "turn_id", ""))
            assert list(content) == on.model.requests[0].items[-1]["content"]

    run(main)
