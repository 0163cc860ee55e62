"""Processes that outlive their calls: their turn, its abort, their end, and what goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest
import trio

from tests.core.engine.tools.execbench import Bench, answer, bench, benched
from tests.core.engine.tools.shelltools import (
    allow,
    allowed_desk,
    attempted,
    call_of,
    on_mock_clock,
    real_settings,
    recorded,
)
from turnfold.core.engine.fakes import FakeProcesses
from turnfold.core.engine.ports import (
    Attempt,
    ToolFailed,
    ToolInterrupted,
)
from turnfold.core.engine.process import Spill
from turnfold.core.engine.tools import ExecCommand, ExecSessions, ExecSettings
from turnfold.events import ExecEnded, ToolCallClosed


def test_long_output_is_kept_in_a_file(tmp_path: Path) -> None:
    """All that a process ever wrote is in one file, whatever each call was told of it."""

    async def main() -> str:
        settings = attrs.evolve(real_settings(), spill=Spill(folder=tmp_path, after_bytes=500))
        async with bench(settings) as made:
            text = await made.run("seq 1 100; read x; seq 101 1000", tty=True, yield_time_ms=1, login=False)
            assert "Process running with session ID 1000" == text.split("\n")[0]
            while "exited" not in text:
                text = await made.ask(1000, chars="\n")
            return text

    note = trio.run(main).split("\n")[2]
    (file,) = tmp_path.iterdir()
    size = file.stat().st_size
    assert f"All {size} bytes saved to: {file}" == note
    assert [str(n) for n in range(1, 1001)] == file.read_text().split()


def test_a_process_survives_its_turn_and_is_closed_at_the_end() -> None:
    """Closing kills what runs and waits until the log says so."""

    async def test(made: Bench) -> None:
        await made.run("server")
        answer(made.desk, "call-1")
        assert (1, 1) == (made.sessions.running, made.processes.running)
        await made.sessions.close()
        assert (0, 0) == (made.sessions.running, made.processes.running)
        assert [(None, "failed")] == [(end.exit_code, end.status) for end in made.ends()]

    benched(test)


def test_the_end_of_the_background_kills_without_a_record() -> None:
    """Where the session was not closed in order, the process is gone all the same."""

    async def main() -> None:
        async with bench() as made:
            await made.run("server")
        assert (0, []) == (made.processes.running, made.ends())

    on_mock_clock(main)


@pytest.mark.covers("F16")
def test_an_abort_of_the_call_kills_what_nobody_could_reach() -> None:
    """A process whose call is aborted before it was answered dies, and no end of it is recorded."""

    async def test(made: Bench) -> None:
        with trio.move_on_after(2):
            await made.run("server")
        made.desk.say(ToolCallClosed(call_id="call-1", how="interrupted"))
        await trio.sleep(1)
        assert (0, 0, []) == (made.sessions.running, made.processes.running, made.ends())

    benched(test)


def test_a_cancelled_poll_takes_no_output() -> None:
    """Output is taken out when it is told, not before."""

    async def test(made: Bench) -> None:
        await made.run("minute", yield_time_ms=55_000)
        with trio.move_on_after(4):
            await made.ask(1000, yield_time_ms=300_000)
        await trio.sleep(60)
        assert "Output:\nb\n" == (await made.ask(1000))[-10:]

    benched(test)


def test_when_all_places_are_taken_what_ended_first_is_forgotten() -> None:
    """Running processes keep their places; when all run, the call is refused with a remedy."""

    async def test(made: Bench) -> None:
        for n, program in enumerate(("minute", "minute", "server"), 1):
            if n > 1:
                allow(made.desk, f"call-{n}")
            await made.run(program, f"call-{n}")
            answer(made.desk, f"call-{n}")
        allow(made.desk, "call-4")
        with pytest.raises(ToolFailed, match="3 processes are running already; end one of them"):
            await made.run("hi", "call-4")
        await trio.sleep(100)
        assert "Process exited with code 0" == (await made.run("hi", "call-4")).split("\n")[0]
        with pytest.raises(ToolFailed, match="Unknown process id 1000"):
            await made.ask(1000)
        assert "Process exited with code 3" == (await made.ask(1001)).split("\n")[0]

    benched(test, limit=3)


@attrs.frozen
class DeferredLease:
    """A registration with the network service that denies at the end."""

    outcome: Exception | None
    env: Mapping[str, str] = attrs.field(factory=dict[str, str])

    async def finish(self) -> None:
        """Tell the outcome."""
        await trio.lowlevel.checkpoint()
        if self.outcome is not None:
            raise self.outcome


@pytest.mark.covers("D5")
@pytest.mark.parametrize("outcome", [None, ToolFailed("rejected by user"), ToolInterrupted("interrupted")])
def test_the_network_outcome_is_taken_when_the_process_ends(outcome: Exception | None) -> None:
    """A process that ends in its call is rejected there; one that ends later, in the poll that learns of it."""

    async def test(made: Bench) -> None:
        for n, program in enumerate(("hi", "minute"), 1):
            if n > 1:
                allow(made.desk, f"call-{n}")
            action = made.exec.prepare(call_of("exec_command", f"call-{n}", cmd=program), "/")
            assert "deferred" == action.network
            attempt = Attempt(number=1, desk=made.desk, network=DeferredLease(outcome))
            learned: list[type[Exception]] = []
            try:
                await action.attempt(attempt)
                if program == "minute":
                    await made.ask(1001, yield_time_ms=300_000)
            except (ToolFailed, ToolInterrupted) as rejection:
                learned.append(type(rejection))
            assert ([] if outcome is None else [type(outcome)]) == learned

    benched(test)


def test_unattached_sessions_say_so() -> None:
    """Starting before the session runs is a mistake of the embedder, and named."""

    async def main() -> None:
        settings, sessions = ExecSettings(processes=FakeProcesses({})), ExecSessions()
        with pytest.raises(RuntimeError, match="attach them to the session first"):
            await attempted(
                ExecCommand(settings, sessions), call_of("exec_command", cmd="hi"), allowed_desk()
            )
        assert 0 == sessions.running

    on_mock_clock(main)


def test_a_real_program_on_a_terminal_is_typed_to_and_interrupted() -> None:
    """A shell on a terminal answers what is typed, and Ctrl-C interrupts what it runs, not the shell."""

    async def main() -> tuple[str, str]:
        async with bench(real_settings()) as made:
            await made.run("exec sh -i", tty=True, yield_time_ms=1, login=False)
            while "ready-2" not in await made.ask(1000, chars="echo ready-$((1+1))\n"):
                pass
            await made.ask(1000, chars="sleep 1000\n", yield_time_ms=250)
            await made.ask(1000, chars="\x03", yield_time_ms=250)
            text = await made.ask(1000, chars="echo got-$((40+2)); exit 5\n", yield_time_ms=30_000)
            return text, str(recorded(made.desk, ExecEnded)[0])

    text, end = trio.run(main)
    assert "Process exited with code 5" == text.split("\n")[0]
    assert "got-42" in text
    assert "exit_code=5" in end
