"""One command of a hook: its shell, its input, its bounds, its end."""

import attrs
import pytest
import trio

from tests.core.engine.hooks.scene import Scene, config, handler, play
from turnfold.core.engine.fakes import Pause, Program, hanging, printing
from turnfold.core.engine.hooks import OUTPUT_BYTES_MAX, CommandRunner, user_shell
from turnfold.core.engine.ports import Chunk
from turnfold.core.hooks import HookEvent, HookExit
from turnfold.core.hooks.config import HookConfig


def gate(timeout_s: int = 600) -> HookConfig:
    """Return one handler."""
    return config(HookEvent.STOP, handler("gate", timeout=timeout_s))


def exit_of(
    program: Program | None, timeout_s: int = 600, output_bytes_max: int = OUTPUT_BYTES_MAX
) -> tuple[HookExit, Scene, float]:
    """Return how *program* ends as a hook, the scene, and the seconds that it took."""
    results: list[tuple[HookExit, float]] = []

    async def test(scene: Scene) -> None:
        runner = CommandRunner(
            processes=scene.processes, env={"SHELL": "/bin/bash"}, output_bytes_max=output_bytes_max
        )
        result = await runner.run(scene.config.handlers[0], b"{}\n", "/work")
        results.append((result, trio.current_time()))

    scene = play(test, {} if program is None else {"gate": program}, gate(timeout_s))
    return results[0][0], scene, results[0][1]


@pytest.mark.covers("A6")
def test_a_command_runs_in_the_users_shell_and_the_turns_folder() -> None:
    """The shell gets the text as it is; the input is the JSON, and the environment that of the runner."""
    result, scene, _ = exit_of(printing("out", "err", exit_code=3))
    assert HookExit(code=3, stdout="out", stderr="err", error=None) == result
    command = scene.processes.started[0].command
    assert (("/bin/bash", "-lc", "gate"), "/work", b"{}\n") == (command.argv, command.cwd, command.stdin)
    assert {"SHELL": "/bin/bash"} == command.env


@pytest.mark.covers("A6")
@pytest.mark.parametrize(
    ("env", "shell"),
    [
        ({"SHELL": "/usr/bin/fish"}, ("/usr/bin/fish", "-lc")),
        ({}, ("/bin/sh", "-c")),
        ({"SHELL": ""}, ("/bin/sh", "-c")),
        ({"SHELL": "zsh"}, ("/bin/sh", "-c")),
    ],
)
def test_the_shell_is_the_users_or_sh(env: dict[str, str], shell: tuple[str, ...]) -> None:
    """A login shell when SHELL names a program by its path, else /bin/sh."""
    assert shell == user_shell(env)


def test_a_handler_may_bring_variables() -> None:
    """They stand beside those of the runner, and before them."""

    async def test(scene: Scene) -> None:
        runner = CommandRunner(processes=scene.processes, env={"HOME": "/h", "PLUGIN_ROOT": "/else"})
        own = attrs.evolve(scene.config.handlers[0], env=(("PLUGIN_ROOT", "/p"),))
        await runner.run(own, b"", "/")

    scene = play(test, {"gate": printing()}, gate())
    assert {"HOME": "/h", "PLUGIN_ROOT": "/p"} == scene.processes.started[0].command.env


def test_the_shell_is_an_option() -> None:
    """What stands before the text may be given."""

    async def test(scene: Scene) -> None:
        runner = CommandRunner(processes=scene.processes, env={}, shell=("busybox", "sh", "-c"))
        await runner.run(scene.config.handlers[0], b"", "/")

    scene = play(test, {"gate": printing()}, gate())
    assert ("busybox", "sh", "-c", "gate") == scene.processes.started[0].command.argv


@pytest.mark.covers("A2", "B6")
@pytest.mark.parametrize(
    "program",
    [hanging("text"), Program(steps=(Pause(9),)), hanging(kill_takes_s=1)],
)
def test_a_command_that_takes_too_long_is_killed(program: Program) -> None:
    """The error says after how many seconds; its processes are gone when it is told."""
    result, scene, took_s = exit_of(program, timeout_s=5)
    assert ("hook timed out after 5s", None) == (result.error, result.code)
    assert (True, 0) == (scene.processes.started[0].killed, scene.processes.running)
    assert 5 + program.kill_takes_s == took_s


def test_a_command_may_use_all_its_time() -> None:
    """One that ends before its time is over is no timeout."""
    result, _, took_s = exit_of(printing("done", after_s=4), timeout_s=5)
    assert (None, "done", 4) == (result.error, result.stdout, took_s)


@pytest.mark.covers("B6")
def test_a_command_that_cannot_start_is_an_error() -> None:
    """The shell itself is missing, or the folder."""
    result, _, _ = exit_of(None)
    assert HookExit(code=None, stdout="", stderr="", error="gate: no such program") == result


def test_a_signal_leaves_no_code() -> None:
    """There is no error of the run either."""
    result, _, _ = exit_of(printing(exit_code=None))
    assert HookExit(code=None, stdout="", stderr="", error=None) == result


def test_output_is_bounded_and_read_to_its_end() -> None:
    """A gigabyte on each stream ends like any other output, and keeps what was allowed."""
    block = b"x" * 65536
    steps = (Chunk("stdout", block), Chunk("stderr", block)) * (1024 * 1024 * 1024 // len(block))
    result, _, _ = exit_of(Program(steps=steps), output_bytes_max=100_000)
    left_out = 1024 * 1024 * 1024 - 100_000
    assert "x" * 100_000 + f"\n[{left_out} more bytes of output were left out]" == result.stdout
    assert result.stdout == result.stderr


def test_a_character_is_cut_whole_or_not_at_all() -> None:
    """Neither a limit nor the border of two chunks makes half a character."""
    word = "ä€".encode()
    split = Program(steps=tuple(Chunk("stdout", bytes([each])) for each in word))
    assert "ä€" == exit_of(split)[0].stdout
    assert "ä\n[3 more bytes of output were left out]" == exit_of(split, output_bytes_max=4)[0].stdout
    assert "a\ufffd" == exit_of(Program(steps=(Chunk("stdout", b"a\xff"),)))[0].stdout


def test_a_cancelled_caller_takes_the_command_with_it() -> None:
    """The cancellation passes, and no process stays."""

    async def test(scene: Scene) -> None:
        runner = CommandRunner(processes=scene.processes, env={})
        with trio.move_on_after(2) as outer:
            await runner.run(scene.config.handlers[0], b"", "/")
        assert (True, 2) == (outer.cancelled_caught, trio.current_time())
        assert (True, 0) == (scene.processes.started[0].killed, scene.processes.running)

    play(test, {"gate": hanging()}, gate())
