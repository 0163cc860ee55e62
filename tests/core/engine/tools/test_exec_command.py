"""Processes that outlive their calls: what they answer, what is recorded, and how they end."""

from __future__ import annotations

import json
import math
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import jsonschema
import pytest
import trio

from tests.core.engine.tools.shelltools import (
    BoxOf,
    allow,
    allowed_desk,
    attempted,
    call_of,
    on_mock_clock,
    real_settings,
    recorded,
)
from turnfold.core.engine.fakes import BookDesk, FakeProcesses, Pause, Program, hanging, printing
from turnfold.core.engine.ports import (
    Attempt,
    Chunk,
    Sandbox,
    SandboxDenial,
    ToolFailed,
    ToolInterrupted,
    ToolResult,
)
from turnfold.core.engine.process import Spill
from turnfold.core.engine.tools import ExecCommand, ExecSessions, ExecSettings, WriteStdin
from turnfold.events import ExecBegan, ExecEnded, ToolCallClosed, ToolCallOutput

PROGRAMS = {
    "hi": printing("hi\n"),
    "fails": printing("bad\n", exit_code=4),
    "denied": printing("no\n", exit_code=9),
    "server": hanging("up\n"),
    "minute": Program(steps=(Chunk("stdout", b"a\n"), Pause(60), Chunk("stdout", b"b\n")), exit_code=3),
    "character": Program(
        steps=(
            Chunk("stdout", "x€".encode()[:2]),
            Pause(20),
            Chunk("stdout", "€y".encode()[1:]),
            Pause(math.inf),
        )
    ),
}


class NurseryBackground:
    """Work in a nursery of the test."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self._nursery = nursery

    def start(self, effect_id: str, work: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        """Start *work* in a scope of its own."""
        scope = trio.CancelScope()

        async def run() -> None:
            with scope:
                await work()

        self._nursery.start_soon(run, name=effect_id)
        return scope.cancel


@attrs.frozen(kw_only=True)
class Bench:
    """The two tools over scripted programs, and a desk."""

    desk: BookDesk
    processes: FakeProcesses
    sessions: ExecSessions
    exec: ExecCommand
    stdin: WriteStdin

    async def run(self, program: str, call_id: str = "call-1", **more: object) -> str:
        """Call `exec_command` and return what the model is told, without the time."""
        return told(
            await attempted(self.exec, call_of("exec_command", call_id, cmd=program, **more), self.desk)
        )

    async def ask(self, session_id: int, **more: object) -> str:
        """Call `write_stdin` and return what the model is told, without the time."""
        call = call_of("write_stdin", "call-w", session_id=session_id, **more)
        return told(await attempted(self.stdin, call, self.desk))

    def ends(self) -> list[ExecEnded]:
        """The recorded ends."""
        return [end for end in self.desk.log if isinstance(end, ExecEnded)]


def told(result: ToolResult) -> str:
    """Return the output without its time."""
    return re.sub(r"\AWall time: \d+\.\d{4} seconds\n", "", str(result.output))


@asynccontextmanager
async def bench(settings: ExecSettings | None = None, limit: int = 64) -> AsyncGenerator[Bench]:
    """Make the tools, with a background that is cancelled at the end."""
    processes = FakeProcesses(PROGRAMS)
    desk, sessions = allowed_desk(), ExecSessions(limit=limit)
    chosen = settings or ExecSettings(processes=processes, env={"A": "1"})
    async with trio.open_nursery() as nursery:
        sessions.attach(NurseryBackground(nursery), desk)
        yield Bench(
            desk=desk,
            processes=processes,
            sessions=sessions,
            exec=ExecCommand(chosen, sessions),
            stdin=WriteStdin(chosen, sessions),
        )
        nursery.cancel_scope.cancel()


def benched(test: Callable[[Bench], Awaitable[None]], limit: int = 64) -> None:
    """Run *test* with scripted programs on a mock clock."""

    async def main() -> None:
        async with bench(limit=limit) as made:
            await test(made)

    on_mock_clock(main)


def answer(desk: BookDesk, call_id: str) -> None:
    """Record that a call was answered."""
    desk.say(ToolCallOutput(call_id=call_id, call_type="function_call", output="...", success=True))


def test_a_command_that_ends_in_time_is_answered_with_its_code() -> None:
    """It is told like in Codex, begin and end are recorded, and its session is forgotten."""

    async def test(made: Bench) -> None:
        text = await made.run("hi")
        assert "Process exited with code 0\nOriginal token count: 1\nOutput:\nhi\n" == text
        begins = [begin for begin in made.desk.log if isinstance(begin, ExecBegan)]
        assert [("hi", "none", "1000")] == [(b.command, b.sandbox, b.process_id) for b in begins]
        assert [(0, "completed", 1, "1000")] == [
            (end.exit_code, end.status, end.attempt, end.process_id) for end in made.ends()
        ]
        assert 0 == made.sessions.running
        with pytest.raises(ToolFailed, match="Unknown process id 1000"):
            await made.ask(1000)

    benched(test)


def test_a_command_that_runs_on_is_answered_with_its_session() -> None:
    """After its yield time it is told what came so far; its end comes later, between turns if need be."""

    async def test(made: Bench) -> None:
        began = trio.current_time()
        text = await made.run("minute", yield_time_ms=1_000)
        assert "Process running with session ID 1000\nOriginal token count: 1\nOutput:\na\n" == text
        assert (1, []) == (trio.current_time() - began, made.ends())
        answer(made.desk, "call-1")
        assert "Process running with session ID 1000\nOriginal token count: 0\nOutput:\n" == await made.ask(
            1000
        )
        await trio.sleep(60)
        assert [(3, "failed", "call-1", 60_000_000)] == [
            (end.exit_code, end.status, end.call_id, end.duration_us) for end in made.ends()
        ]
        text = await made.ask(1000)
        assert "Process exited with code 3\nOriginal token count: 1\nOutput:\nb\n" == text
        with pytest.raises(ToolFailed, match="Unknown process id 1000"):
            await made.ask(1000)

    benched(test)


@pytest.mark.parametrize(
    ("asked", "chars", "waits"),
    [(1, "", 5), (60_000, "", 60), (10**9, "", 300), (1, "x", 0.25), (2_000, "x", 2), (60_000, "x", 30)],
)
def test_how_long_a_call_waits_is_bounded(asked: int, chars: str, waits: float) -> None:
    """A poll waits 5 to 300 seconds, typing 0.25 to 30; both end sooner when the process does."""

    async def test(made: Bench) -> None:
        await made.run("server", tty=True)
        began = trio.current_time()
        await made.ask(1000, chars=chars, yield_time_ms=asked)
        assert waits == pytest.approx(trio.current_time() - began)

    benched(test)


def test_typing_reaches_the_process() -> None:
    """What is typed is sent to a process on a terminal; one without input says how to get it."""

    async def test(made: Bench) -> None:
        await made.run("server", tty=True)
        await made.ask(1000, chars="é\n")
        assert ["é\n".encode()] == made.processes.started[0].written
        assert (True, None) == (
            made.processes.started[0].command.tty,
            made.processes.started[0].command.stdin,
        )
        allow(made.desk, "call-2")
        await made.run("server", "call-2")
        with pytest.raises(
            ToolFailed,
            match=r"session 1001 has no input: .* with tty=true",
        ):
            await made.ask(1001, chars="x")

    benched(test)


def test_a_character_that_came_in_two_parts_is_told_whole() -> None:
    """The first bytes of a character wait for the rest of it."""

    async def test(made: Bench) -> None:
        assert "Output:\nx" == (await made.run("character"))[-9:]
        assert "Output:\n€y" == (await made.ask(1000, yield_time_ms=15_000))[-10:]

    benched(test)


def test_output_is_shortened_to_what_was_asked_for() -> None:
    """`max_output_tokens` bounds the answer; it cannot raise the bound."""

    async def main() -> list[str]:
        settings = attrs.evolve(real_settings(), output_tokens=100)
        async with bench(settings) as made:
            texts: list[str] = []
            for n, tokens in enumerate((10, 10**6), 1):
                if n > 1:
                    allow(made.desk, f"call-{n}")
                texts.append(await made.run("seq 1 1000", f"call-{n}", max_output_tokens=tokens, login=False))
            return texts

    small, large = trio.run(main)
    assert "Original token count: 974\nOutput:\nTotal output lines: 1000\n" in small
    assert (True, True) == ("…964 tokens truncated…" in small, "…874 tokens truncated…" in large)


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


@pytest.mark.parametrize("program", ["denied", "absent"])
def test_what_does_not_run_well_at_once_is_raised(program: str) -> None:
    """A denial by the sandbox goes to whoever decides about a retry; a failed start to the model."""

    async def test(made: Bench) -> None:
        box: Sandbox = BoxOf()
        with pytest.raises((SandboxDenial, ToolFailed)) as raised:
            await attempted(made.exec, call_of("exec_command", cmd=program), made.desk, sandbox=box)
        assert (SandboxDenial if program == "denied" else ToolFailed) is raised.type
        assert isinstance(made.desk.log[-1], ExecEnded)
        assert 0 == made.sessions.running

    benched(test)


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


@pytest.mark.covers("C5")
def test_hooks_see_the_text_of_exec_command_unwrapped() -> None:
    """For `exec_command` it is the model's own text, and policy sees the shell that runs it; typing has no payload."""

    async def test(made: Bench) -> None:
        await trio.lowlevel.checkpoint()
        call = call_of("exec_command", cmd="echo  'a'", shell="/bin/bash", justification="why", workdir="d")
        action = made.exec.prepare(call, "/w")
        assert ("echo  'a'", "why", "/w/d") == (action.hook_command, action.justification, action.cwd)
        assert ("/bin/bash", "-lc", "echo  'a'") == action.argv
        typing = made.stdin.prepare(call_of("write_stdin", session_id=1), "/w")
        assert (None, None, False) == (typing.hook_command, typing.argv, typing.asks)

    benched(test)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("exec_command", {"cmd": " "}, "cmd must not be empty"),
        (
            "exec_command",
            {"cmd": "x", "shell": "python"},
            "'python' is not a known shell; use one of bash, dash",
        ),
        (
            "exec_command",
            {"cmd": "x", "yield_time_ms": -1},
            "failed to parse function arguments: Expected `int` >= 0",
        ),
        ("exec_command", {}, "failed to parse function arguments: Object missing required field `cmd`"),
        ("write_stdin", {"chars": "x"}, "failed to parse function arguments: Object missing required field"),
        ("write_stdin", {"session_id": "1"}, "failed to parse function arguments: Expected `int`, got `str`"),
    ],
)
def test_arguments_that_make_no_sense_are_explained(
    name: str, arguments: dict[str, object], message: str
) -> None:
    """The message names the field and what was expected of it."""

    async def test(made: Bench) -> None:
        await trio.lowlevel.checkpoint()
        tool = made.exec if name == "exec_command" else made.stdin
        with pytest.raises(ToolFailed) as failure:
            tool.prepare(call_of(name, **arguments), "/")
        assert message == failure.value.message[: len(message)]

    benched(test)


def test_the_descriptions_fit_the_parsers() -> None:
    """The schemas are well formed, and what they require is enough."""

    async def test(made: Bench) -> None:
        await trio.lowlevel.checkpoint()
        for tool, arguments in ((made.exec, {"cmd": "x"}), (made.stdin, {"session_id": 1})):
            described = json.loads(json.dumps(tool.describe()))
            jsonschema.Draft202012Validator.check_schema(described["parameters"])
            jsonschema.validate(arguments, described["parameters"])
            assert described["name"] == tool.name
            tool.prepare(call_of(tool.name, **arguments), "/")
        assert (True, False) == (made.exec.parallel, made.stdin.parallel)

    benched(test)


def test_unattached_sessions_say_so() -> None:
    """Starting before the session runs is a mistake of the embedder, and named."""

    async def main() -> None:
        settings, sessions = ExecSettings(processes=FakeProcesses(PROGRAMS)), ExecSessions()
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
