"""The shell tools in their runs: what is recorded, what the model is told, and what an abort leaves."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path

import attrs
import pytest
import trio

from tests.core.engine.tools.shelltools import (
    REAL_ENV,
    BoxOf,
    allowed_desk,
    argvs,
    attempted,
    call_of,
    on_mock_clock,
    real_settings,
    recorded,
)
from turnfold.core.engine.fakes import FakeProcess, FakeProcesses, hanging, printing
from turnfold.core.engine.ports import (
    Attempt,
    Command,
    SandboxDenial,
    Stopwatch,
    ToolCall,
    ToolFailed,
    ToolResult,
)
from turnfold.core.engine.process import Spill, SystemProcesses
from turnfold.core.engine.sandbox import Bubblewrap, find_sandbox
from turnfold.core.engine.tools import ExecSettings, Guard, LocalShell, Shell, ShellCommand
from turnfold.events import ExecBegan, ExecEnded, SandboxDenied, ToolCallClosed, ToolDecisionRecorded

PROGRAMS = {
    "hi": printing("hi\n"),
    "slow": printing("slow\n", after_s=1.25),
    "fails": printing("bad\n", exit_code=4),
    "killed": printing("", exit_code=None),
    "denied": printing("no\n", exit_code=9),
    "hangs": hanging("begun\n"),
    "eleven": printing("late\n", after_s=11),
}


def settings(processes: FakeProcesses, guard: Guard | None = None) -> ExecSettings:
    """Settings over scripted programs."""
    return ExecSettings(processes=processes, env={"A": "1"}, guard=guard)


def ran(program: str, *, sandbox: BoxOf | None = None, **arguments: object) -> tuple[object, list[object]]:
    """Run *program* with `shell` and return the result, and the fields of its end that do not tell the time."""

    async def main() -> tuple[object, list[object]]:
        desk = allowed_desk()
        tool = Shell(settings(FakeProcesses(PROGRAMS)))
        result = await attempted(
            tool, call_of("shell", command=["run", program], **arguments), desk, sandbox=sandbox
        )
        ends = [
            (end.exit_code, end.status, end.attempt, end.duration_us)
            for end in recorded(desk, ExecEnded)
            if isinstance(end, ExecEnded)
        ]
        return result, list(ends)

    return on_mock_clock(main)


@pytest.mark.parametrize(
    ("program", "text", "end"),
    [
        ("hi", "Exit code: 0\nWall time: 0 seconds\nOutput:\nhi\n", (0, "completed", 1, 0)),
        ("slow", "Exit code: 0\nWall time: 1.2 seconds\nOutput:\nslow\n", (0, "completed", 1, 1_250_000)),
        ("fails", "Exit code: 4\nWall time: 0 seconds\nOutput:\nbad\n", (4, "failed", 1, 0)),
        (
            "killed",
            "Exit code: none (ended by a signal)\nWall time: 0 seconds\nOutput:\n",
            (None, "failed", 1, 0),
        ),
        (
            "hangs",
            "Exit code: 124\nWall time: 10 seconds\nOutput:\ncommand timed out after 10000 milliseconds\nbegun\n",
            (124, "failed", 1, 10_000_000),
        ),
    ],
)
def test_the_model_is_told_exit_code_time_and_output(program: str, text: str, end: object) -> None:
    """In Codex's form, with the same facts in the log; without a timeout of its own a command has ten seconds."""
    assert (ToolResult(output=text, success=program in {"hi", "slow"}), [end]) == ran(program)


def test_a_call_may_set_its_timeout() -> None:
    """A longer timeout lets a long command end, a shorter one stops it."""
    assert [(0, "completed", 1, 11_000_000)] == ran("eleven", timeout_ms=11_500)[1]
    assert [(124, "failed", 1, 500_000)] == ran("eleven", timeout=500)[1]


def test_what_is_recorded_of_a_run() -> None:
    """Its begin says what runs where and in which sandbox; begin and end are all that is recorded."""

    async def main() -> None:
        desk, processes = allowed_desk(), FakeProcesses(PROGRAMS)
        before = len(desk.log)
        call = call_of("shell", command=["run", "hi"], workdir="sub")
        await attempted(Shell(settings(processes)), call, desk, cwd="/w", sandbox=BoxOf())
        assert [
            ExecBegan(
                call_id="call-1", attempt=1, turn_id="turn-1", command="run hi", cwd="/w/sub", sandbox="box"
            ),
            ExecEnded(
                call_id="call-1",
                turn_id="turn-1",
                exit_code=0,
                duration_us=0,
                status="completed",
                attempt=1,
                source="agent",
                paused_ms=0,
            ),
        ] == desk.log[before:]
        assert [("box", "run", "hi")] == argvs(processes)
        assert {"A": "1"} == dict(processes.started[0].command.env)

    on_mock_clock(main)


def test_a_denial_by_the_sandbox_is_raised_after_the_end() -> None:
    """The command's end is recorded, then the denial goes to whoever decides about a retry, with what was said."""

    async def main() -> None:
        desk = allowed_desk()
        tool = Shell(settings(FakeProcesses(PROGRAMS)))
        with pytest.raises(SandboxDenial) as denial:
            await attempted(tool, call_of("shell", command=["run", "denied"]), desk, sandbox=BoxOf())
        assert (
            "the command seems to have been stopped by the sandbox box (exit code 9)" == denial.value.message
        )
        assert "Exit code: 9\nWall time: 0 seconds\nOutput:\nno\n" == denial.value.output
        assert isinstance(desk.log[-1], ExecEnded)

    on_mock_clock(main)


def test_a_timeout_is_no_denial() -> None:
    """What the timeout stopped was not stopped by the sandbox."""
    assert [(124, "failed", 1, 10_000_000)] == ran("hangs", sandbox=BoxOf(denies=124))[1]


def test_a_program_that_cannot_start_fails_the_call() -> None:
    """The model is told why, and the log has an end without an exit code."""

    async def main() -> None:
        desk = allowed_desk()
        with pytest.raises(ToolFailed, match="nothing-like-it: no such program"):
            await attempted(
                Shell(settings(FakeProcesses({}))), call_of("shell", command=["nothing-like-it"]), desk
            )
        end = desk.log[-1]
        assert isinstance(end, ExecEnded)
        assert (None, "failed") == (end.exit_code, end.status)

    on_mock_clock(main)


@pytest.mark.covers("F16")
def test_an_abort_kills_the_program_and_records_no_outcome() -> None:
    """A cancelled call leaves no process and no end of its own; whoever aborts can close it."""

    async def main() -> None:
        desk, processes = allowed_desk(), FakeProcesses(PROGRAMS)
        with trio.move_on_after(3):
            await attempted(
                ShellCommand(settings(processes)), call_of("shell_command", command="hangs"), desk
            )
        assert 0 == processes.running
        assert isinstance(desk.log[-1], ExecBegan)
        desk.say(ToolCallClosed(call_id="call-1", how="interrupted"))

    on_mock_clock(main)


class Gate:
    """A guard that keeps a command waiting for a decision and gives it a variable."""

    @asynccontextmanager
    async def watch(
        self, call: ToolCall, attempt: Attempt, stopwatch: Stopwatch
    ) -> AsyncGenerator[Mapping[str, str]]:
        """Decide for a minute, five seconds after the start."""

        async def decide() -> None:
            await trio.sleep(5)
            stopwatch.pause()
            await trio.sleep(60)
            stopwatch.resume()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(decide)
            yield {"GATE": call.call_id}


@pytest.mark.covers("E3")
@pytest.mark.parametrize(("runs_s", "exit_code"), [(69, 0), (71, 124)])
def test_the_timeout_does_not_count_while_somebody_decides(runs_s: int, exit_code: int) -> None:
    """Of the ten seconds none is used up by a decision that takes sixty; the log says how long that was."""

    async def main() -> None:
        desk, processes = allowed_desk(), FakeProcesses({"it": printing("", after_s=runs_s)})
        tool = Shell(settings(processes, guard=Gate()))
        await attempted(tool, call_of("shell", command=["run", "it"]), desk)
        end = desk.log[-1]
        assert isinstance(end, ExecEnded)
        assert (exit_code, 60_000) == (end.exit_code, end.paused_ms)
        assert {"A": "1", "GATE": "call-1"} == dict(processes.started[0].command.env)

    on_mock_clock(main)


@attrs.frozen
class Lease:
    """A registration with the network service."""

    env: Mapping[str, str]


def test_a_lease_points_the_command_at_the_proxy() -> None:
    """The variables of the network lease are those of the command."""

    async def main() -> None:
        processes = FakeProcesses(PROGRAMS)
        action = Shell(settings(processes)).prepare(call_of("shell", command=["run", "hi"]), "/")
        assert "immediate" == action.network
        await action.attempt(
            Attempt(number=1, desk=allowed_desk(), network=Lease({"HTTP_PROXY": "http://x", "A": "2"}))
        )
        assert {"A": "2", "HTTP_PROXY": "http://x"} == dict(processes.started[0].command.env)

    on_mock_clock(main)


def test_long_output_is_shortened_and_kept_in_a_file(tmp_path: Path) -> None:
    """The model sees beginning and end, and is told where the rest is."""
    real = attrs.evolve(real_settings(), spill=Spill(folder=tmp_path, after_bytes=1000), output_tokens=250)

    async def main() -> str:
        result = await attempted(
            ShellCommand(real), call_of("shell_command", command="seq 1 5000"), allowed_desk()
        )
        return str(result.output)

    lines = trio.run(main).splitlines()
    assert "All 23893 bytes saved to: " == lines[2][:26]
    assert ["Output:", "Total output lines: 5000", "", "1"] == lines[3:7]
    assert "5000" == lines[-1]


class Lingering(FakeProcess):
    """A program that ended, but whose child keeps its output open."""

    async def wait(self) -> int | None:
        """It ended well."""
        await trio.lowlevel.checkpoint()
        return 0


class LingeringProcesses(FakeProcesses):
    """Starts such programs."""

    def open(self, command: Command) -> AbstractAsyncContextManager[FakeProcess]:
        """Start one."""
        return nullcontext(Lingering(command, hanging("up\n"), 1))


def test_a_child_left_behind_does_not_hold_the_call_for_ever() -> None:
    """A command that ends while its child keeps the output open is answered two seconds later."""

    async def main() -> ToolResult:
        tool = Shell(settings(LingeringProcesses({})))
        return await attempted(tool, call_of("shell", command=["serve"]), allowed_desk())

    assert "Exit code: 0\nWall time: 2 seconds\nOutput:\nup\n" == on_mock_clock(main).output


def test_a_real_command_runs_by_each_tool() -> None:
    """The three tools run real programs and tell their output."""

    async def main() -> list[object]:
        local = ToolCall(
            call_id="call-3", name="local_shell", turn_id="turn-1", arguments={"command": ["echo", "three"]}
        )
        desk = allowed_desk("call-1", "call-2", "call-3")
        return [
            (await attempted(Shell(real_settings()), call_of("shell", command=["echo", "one"]), desk)).output,
            (
                await attempted(
                    ShellCommand(real_settings()),
                    call_of("shell_command", "call-2", command="echo two | cat"),
                    desk,
                )
            ).output,
            (await attempted(LocalShell(real_settings()), local, desk)).output,
        ]

    assert ["one", "two", "three"] == [str(output).split("\n")[-2] for output in trio.run(main)]


def test_a_real_sandbox_stops_a_command_and_the_retry_goes_without(tmp_path: Path) -> None:
    """What is written outside of the workspace is a denial; the same attempt without sandbox succeeds."""

    async def main() -> None:
        workspace = tmp_path / "workspace"
        workspace.mkdir()
        processes = SystemProcesses()
        box = await find_sandbox(
            "workspace-write", str(workspace), processes, path=REAL_ENV["PATH"], exclude_slash_tmp=True
        )
        if not isinstance(box, Bubblewrap):
            pytest.skip(str(box))
        desk = allowed_desk()
        action = Shell(real_settings()).prepare(
            call_of("shell", command=["touch", "../made"]), str(workspace)
        )
        with pytest.raises(SandboxDenial) as denial:
            await action.attempt(Attempt(number=1, desk=desk, sandbox=box))
        assert "Read-only file system" in denial.value.output
        assert not (tmp_path / "made").exists()
        desk.say(
            SandboxDenied(call_id="call-1", turn_id="turn-1"),
            ToolDecisionRecorded(
                call_id="call-1", decision="approved", source="config", attempt=2, turn_id="turn-1"
            ),
        )
        assert (await action.attempt(Attempt(number=2, desk=desk))).success
        assert (tmp_path / "made").exists()
        begins = [event for event in desk.log if isinstance(event, ExecBegan)]
        assert [("bubblewrap", 1), ("none", 2)] == [(begin.sandbox, begin.attempt) for begin in begins]

    trio.run(main)
