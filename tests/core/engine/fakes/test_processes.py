"""Scripted programs keep their script, and die when they are told to."""

import math
from collections.abc import Awaitable, Callable

import pytest
import trio
import trio.testing

from turnfold.core.engine.fakes import FakeProcesses, Pause, Program, hanging, printing
from turnfold.core.engine.ports import Chunk, Command, ProcessError


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run *test* on a clock that jumps."""
    trio.run(test, clock=trio.testing.MockClock(autojump_threshold=0))


def shell(text: str) -> Command:
    """Return a command for a shell."""
    return Command(argv=("sh", "-c", text), cwd="/", env={})


def test_output_comes_at_its_time() -> None:
    """Pauses count from the start; output and exit code are those of the script."""

    async def main() -> None:
        program = Program(
            steps=(Chunk("stdout", b"a"), Pause(3), Chunk("stderr", b"b"), Pause(2)), exit_code=7
        )
        processes = FakeProcesses({"x": program})
        async with processes.open(shell("x")) as process:
            got = [(await process.receive(), trio.current_time()) for _ in range(3)]
            code = await process.wait()
            await process.write(b"late")
        assert [(Chunk("stdout", b"a"), 0), (Chunk("stderr", b"b"), 3), (None, 5)] == got
        assert (7, 1000, 0) == (code, process.pid, processes.running)
        assert [b"late"] == processes.started[0].written

    run(main)


def test_a_kill_ends_a_program_that_hangs() -> None:
    """After a kill the output is closed and there is no code, once the program is really gone."""

    async def main() -> None:
        async with FakeProcesses({"x": hanging("hello", kill_takes_s=4)}).open(shell("x")) as process:
            first = await process.receive()
            process.kill()
            rest = await process.receive()
            code = await process.wait()
            assert (Chunk("stdout", b"hello"), None, None, True) == (first, rest, code, process.killed)

    run(main)


def test_leaving_kills_what_still_runs() -> None:
    """A cancelled user of a program leaves none behind, and waits for its death."""

    async def main() -> None:
        processes = FakeProcesses({"x": hanging(kill_takes_s=2)})
        with trio.move_on_after(1):
            async with processes.open(shell("x")) as process:
                await process.receive()
        assert (True, True, 3) == (
            processes.started[0].killed,
            processes.started[0].ended,
            trio.current_time(),
        )

    run(main)


def test_what_ended_by_itself_is_not_killed() -> None:
    """Leaving the context of a program that is over changes nothing."""

    async def main() -> None:
        processes = FakeProcesses(echoing)
        async with processes.open(shell("x")) as process:
            await process.wait()
        assert (False, 1) == (process.killed, trio.current_time())

    run(main)


def echoing(command: Command) -> Program:
    """Cast every command."""
    return printing(command.argv[-1], "error", after_s=1)


def test_a_command_that_is_not_cast_cannot_start() -> None:
    """It fails as a missing program does."""

    async def main() -> None:
        with pytest.raises(ProcessError, match="x: no such program"):
            async with FakeProcesses({}).open(shell("x")):
                pass

    run(main)


def test_a_pause_may_last_for_ever() -> None:
    """The duration of a hanging program is infinite."""
    assert math.inf == hanging().duration_s
