"""A turn from its submission to its end, as clients and the log see it."""

from __future__ import annotations

from tests.core.engine.running import run, scene
from turnfold.core.engine.fakes import CallTool, Say
from turnfold.core.reduce import fold


def test_the_state_is_the_fold_of_the_log() -> None:
    """What the session says it is, its log says too."""

    async def main() -> None:
        async with scene([[CallTool("nap", {"seconds": 1})], [Say("done")]]) as stage:
            await stage.turn()
            assert stage.session.state == fold(stage.journal.appended)
        assert [] == stage.early

    run(main)
