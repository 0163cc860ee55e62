"""Real programs: their output, their end, and that nothing of them is left when their context is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import trio

from turnfold.core.engine.ports import Command, Process, ProcessError
from turnfold.core.engine.process import SystemProcesses

ENV = {"PATH": os.environ.get("PATH", os.defpath)}
LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="what left its group is found in /proc only")


def shell(script: str, *args: str, stdin: bytes | None = b"", tty: bool = False, cwd: str = "/") -> Command:
    """Return the command that runs *script* in a plain shell."""
    return Command(argv=("/bin/sh", "-c", script, "sh", *args), cwd=cwd, env=ENV, stdin=stdin, tty=tty)


async def collect(process: Process) -> tuple[bytes, bytes]:
    """Read all output: what came on stdout, and on stderr."""
    streams = {"stdout": b"", "stderr": b""}
    while (chunk := await process.receive()) is not None:
        streams[chunk.stream] += chunk.data
    return streams["stdout"], streams["stderr"]


def ran(command: Command) -> tuple[bytes, bytes, int | None]:
    """Run *command* to its end and return stdout, stderr and exit code."""

    async def main() -> tuple[bytes, bytes, int | None]:
        async with SystemProcesses().open(command) as process:
            out, err = await collect(process)
            return out, err, await process.wait()

    return trio.run(main)


async def read_until(process: Process, text: bytes) -> bytes:
    """Read output until *text* is in it."""
    seen = b""
    while text not in seen:
        chunk = await process.receive()
        assert chunk is not None, seen
        seen += chunk.data
    return seen


def alive(pid: int) -> bool:
    """Whether *pid* is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def open_fds() -> int:
    """Return how many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def children() -> set[str]:
    """Return the children of this process, zombies included."""
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


def test_both_streams_and_the_exit_code_arrive() -> None:
    """What a program writes comes back by stream, with its exit code."""
    assert (b"out\n", b"err\n", 3) == ran(shell("echo out; echo err >&2; exit 3"))


def test_output_comes_in_the_order_in_which_it_was_written() -> None:
    """Output of both streams is received as it arrives, not one stream after the other."""

    async def main() -> list[str]:
        order: list[str] = []
        script = "echo a; read x; echo b >&2; read x; echo c; read x"
        async with SystemProcesses().open(shell(script, stdin=None)) as process:
            for _ in range(3):
                chunk = await process.receive()
                assert chunk is not None
                order.append(chunk.stream)
                await process.write(b"\n")
            return order

    assert ["stdout", "stderr", "stdout"] == trio.run(main)


def test_the_input_is_given_and_closed() -> None:
    """A program reads its input to the end, also where that is longer than a pipe holds."""
    data = b"x" * 300_000
    assert (data, b"", 0) == ran(shell("cat", stdin=data))


def test_no_input_is_the_null_device() -> None:
    """A program without input finds no pipe that it might search."""
    assert (b"/dev/null\n", b"", 0) == ran(shell("readlink /proc/self/fd/0"))


def test_a_program_that_never_reads_its_input_is_no_obstacle() -> None:
    """Input that nobody reads does not hold up output or end."""
    assert (b"done\n", b"", 0) == ran(shell("echo done", stdin=b"x" * 300_000))


def test_a_write_to_a_program_that_ended_does_nothing() -> None:
    """Input for a program that stopped reading is dropped without an error."""

    async def main() -> int | None:
        async with SystemProcesses().open(shell("exit 7", stdin=None)) as process:
            code = await process.wait()
            await process.write(b"late")
            return code

    assert 7 == trio.run(main)


def test_an_end_by_signal_has_no_exit_code() -> None:
    """None stands for a program that a signal ended."""
    assert (b"", b"", None) == ran(shell("kill -9 $$"))


def test_kill_may_come_twice_and_after_the_end() -> None:
    """A second kill, one after the end, and one after the context are harmless."""

    async def main() -> int | None:
        async with SystemProcesses().open(shell("sleep 1000")) as process:
            process.kill()
            process.kill()
            code = await process.wait()
            process.kill()
        process.kill()
        return code

    assert trio.run(main) is None


def test_the_exception_of_the_body_leaves_the_context_as_it_is() -> None:
    """An error raised beside a running program is not wrapped in a group."""

    async def main() -> None:
        async with SystemProcesses().open(shell("sleep 1000")):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        trio.run(main)


LEFT_BEHIND: dict[str, str] = {
    "a child in the group": "sleep 1000 & echo $!; wait",
    "one that ignores signals": "trap '' TERM INT HUP; echo $$; while :; do sleep 1000; done",
    "a grandchild whose parents ended": "(sleep 1000 & echo $!) ; exit 0",
    "a group of its own in the session": "exec {PY} -c 'import os,time; p=os.fork(); "
    "(os.setpgid(0,0), print(os.getpid(), flush=True), time.sleep(1000)) if not p else time.sleep(1000)'",
    "a daemon that forked twice": "exec {PY} -c 'import os,time; "
    "os.fork() and os._exit(0); os.setsid(); os.fork() and os._exit(0); "
    "print(os.getpid(), flush=True); time.sleep(1000)'",
}


@LINUX_ONLY
@pytest.mark.parametrize("way", ["end", "error", "cancel"])
@pytest.mark.parametrize("case", LEFT_BEHIND)
def test_nothing_that_a_program_started_outlives_its_context(case: str, way: str) -> None:
    """Children, grandchildren and daemons are gone when the context is left: by its end, an error or an abort."""
    script = LEFT_BEHIND[case].replace("{PY}", sys.executable)
    pids: list[int] = []

    async def body(scope: trio.CancelScope) -> None:
        async with SystemProcesses().open(shell(script)) as process:
            pids.append(int(await read_until(process, b"\n")))
            assert alive(pids[0])
            if way == "error":
                raise KeyError(way)
            if way == "cancel":
                scope.cancel()
                await trio.sleep_forever()

    async def main() -> None:
        with trio.CancelScope() as scope:
            try:
                await body(scope)
            except KeyError:
                assert way == "error"

    trio.run(main)
    assert [False] == [alive(pid) for pid in pids]


@LINUX_ONLY
def test_an_inner_mark_keeps_the_outer_one() -> None:
    """What an engine inside a program starts carries the outer mark too, so it dies with the outer program."""
    command = Command(
        argv=("/bin/sh", "-c", "echo $TURNFOLD_PROCESS"), cwd="/", env={**ENV, "TURNFOLD_PROCESS": "outer"}
    )
    out, _, _ = ran(command)
    assert b"outer:" == out[:6]
    assert 6 + 24 == len(out.strip())


@LINUX_ONLY
def test_many_runs_leak_neither_files_nor_zombies() -> None:
    """After many programs, run at once and killed or ended, as many files are open as before, and no child is left."""

    async def one(processes: SystemProcesses, n: int) -> None:
        async with processes.open(
            shell("echo hi; [ $1 = 0 ] || sleep 1000", str(n % 2), tty=n % 5 == 0)
        ) as p:
            await read_until(p, b"hi")

    async def batch(processes: SystemProcesses) -> None:
        async with trio.open_nursery() as nursery:
            for n in range(10):
                nursery.start_soon(one, processes, n)

    async def main() -> tuple[int, int]:
        processes = SystemProcesses()
        await batch(processes)
        before = open_fds()
        for _ in range(5):
            await batch(processes)
        return before, open_fds()

    known = children()
    before, after = trio.run(main)
    assert before == after
    assert set() == children() - known


@LINUX_ONLY
def test_a_cancellation_at_any_moment_leaves_nothing() -> None:
    """Programs whose caller is cancelled before, during and after their start are gone, with files and zombies."""
    mark = "cancelled-at-any-moment"

    async def one(processes: SystemProcesses, after_s: float, tty: bool) -> None:
        command = Command(argv=("sleep", "1000"), cwd="/", env={**ENV, "MARK": mark}, tty=tty)
        with trio.move_on_after(after_s):
            async with processes.open(command):
                await trio.sleep_forever()

    async def main() -> tuple[int, int]:
        processes = SystemProcesses()
        await one(processes, 0.01, True)
        before = open_fds()
        async with trio.open_nursery() as nursery:
            for n in range(60):
                nursery.start_soon(one, processes, n * 0.0002, n % 3 == 0)
        return before, open_fds()

    known = children()
    before, after = trio.run(main)
    assert before == after
    assert set() == children() - known
    assert [] == [path for path in Path("/proc").glob("[0-9]*/environ") if mark in environment(path)]


def environment(path: Path) -> str:
    """Return the environment of a process; nothing of one that is gone or another's."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def test_a_cancelled_caller_starts_nothing(tmp_path: Path) -> None:
    """A program is not even begun in a scope that is cancelled already."""

    async def main() -> None:
        with trio.CancelScope() as scope:
            scope.cancel()
            async with SystemProcesses().open(shell('touch "$1"', str(tmp_path / "made"))):
                pass

    trio.run(main)
    assert not (tmp_path / "made").exists()


def test_a_terminal_is_a_terminal() -> None:
    """A program with a terminal sees one on all streams, controls it, and reads what is typed."""

    async def main() -> bytes:
        script = "test -t 0 && test -t 1 && test -t 2 && stty size && : </dev/tty && read x && echo got=$x"
        async with SystemProcesses().open(shell(script, stdin=None, tty=True)) as process:
            await process.write(b"word\n")
            out, err = await collect(process)
            assert (b"", 0) == (err, await process.wait())
            return out

    out = trio.run(main)
    assert b"24 80" in out
    assert b"got=word" in out


def test_the_input_of_a_terminal_ends() -> None:
    """Input that is given at once is followed by the end of input, so a reader comes to its end."""
    out, _, code = ran(shell("cat", stdin=b"line\n", tty=True))
    assert 0 == code
    assert b"line\r\n" in out


def script_file(folder: Path, text: str, mode: int) -> str:
    """Write a program and return its path."""
    path = folder / "program"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("tty", [False, True])
@pytest.mark.parametrize(
    ("argv", "cwd", "message"),
    [
        ((), "/", "no program to run: the command is empty"),
        (("no-such-program",), "/", "cannot run 'no-such-program': no such program on PATH"),
        (("/no/such",), "/", "cannot run '/no/such': there is no such program; correct its path"),
        (("true",), "/no/such", "cannot run 'true': there is no directory '/no/such'; make it"),
        (("true", "a\0b"), "/", "cannot run 'true': embedded null byte; take that character out"),
    ],
)
def test_what_cannot_be_started_is_named_with_its_remedy(
    argv: tuple[str, ...], cwd: str, message: str, tty: bool
) -> None:
    """A start that fails says which program it was, why, and what helps; with a terminal as well."""
    with pytest.raises(ProcessError) as refusal:
        ran(Command(argv=argv, cwd=cwd, env=ENV, tty=tty))
    assert message == str(refusal.value)[: len(message)]


@pytest.mark.parametrize(
    ("text", "mode", "remedy"),
    [
        ("#!/bin/sh\n", 0o644, "make it executable (chmod +x)"),
        ("#!/no/interpreter\n", 0o755, "the interpreter in its first line is missing"),
        ("just text\n", 0o755, "neither a binary for this machine nor a script"),
    ],
)
def test_a_file_that_is_no_program_is_told_from_a_missing_one(
    tmp_path: Path, text: str, mode: int, remedy: str
) -> None:
    """A file that may not be run, lacks its interpreter or is no program has its own message."""
    with pytest.raises(ProcessError) as refusal:
        ran(Command(argv=(script_file(tmp_path, text, mode),), cwd="/", env=ENV))
    assert remedy in str(refusal.value)
