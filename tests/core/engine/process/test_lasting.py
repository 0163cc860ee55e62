"""Programs are started from threads that stay."""

from __future__ import annotations

import threading

import pytest
import trio

from turnfold.core.engine.process.lasting import in_lasting_thread


def test_the_thread_outlives_the_run() -> None:
    """A program that dies with the thread that started it lives on: that thread is there after all is over."""
    thread = trio.run(in_lasting_thread, threading.current_thread)
    assert thread is not threading.current_thread()
    assert thread.is_alive()


def test_an_error_comes_back() -> None:
    """What the work raises is raised to the caller."""

    def fail() -> None:
        raise FileNotFoundError("gone")

    with pytest.raises(FileNotFoundError, match="gone"):
        trio.run(in_lasting_thread, fail)


def test_work_that_began_is_not_cancelled() -> None:
    """A start whose caller is cancelled meanwhile still hands over what it started; before that it does not begin."""

    async def main() -> list[str]:
        seen: list[str] = []
        with trio.CancelScope() as scope:

            def work() -> str:
                trio.from_thread.run_sync(scope.cancel, trio_token=token)
                return "started"

            token = trio.lowlevel.current_trio_token()
            seen.append(await in_lasting_thread(work))
            seen.append(await in_lasting_thread(work))
        return seen

    assert ["started"] == trio.run(main)
