"""`exec_command` and `write_stdin`: arguments, answers, and what is recorded."""

from __future__ import annotations

import json

import attrs
import jsonschema
import pytest
import trio

from tests.core.engine.tools.execbench import Bench, answer, bench, benched
from tests.core.engine.tools.shelltools import (
    BoxOf,
    allow,
    attempted,
    call_of,
    real_settings,
)
from turnfold.core.engine.ports import (
    Sandbox,
    SandboxDenial,
    ToolFailed,
)
from turnfold.events import ExecBegan, ExecEnded


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
