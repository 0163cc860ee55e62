"""Hooks from real files, as real programs."""

import json
import os
import stat
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio

from tests.core.engine.hooks.scene import asked
from turnfold.core.engine.fakes import BookDesk
from turnfold.core.engine.hooks import CommandRunner, DiskFiles, Hooks, Layer, Spiller, discover
from turnfold.core.engine.process import SystemProcesses
from turnfold.core.hooks import Folded
from turnfold.events import HookCompleted

GATE = """#!/bin/sh
cat > "$OUT/read"
pwd > "$OUT/folder"
echo '{"hookSpecificOutput": {"hookEventName": "PermissionRequest",
  "decision": {"behavior": "deny", "message": "not here"}}}'
"""


def write_hooks(folder: Path, *handlers: dict[str, object]) -> None:
    """Write a hooks.json with one group for requests of `Bash`."""
    groups = [{"matcher": "^Bash$", "hooks": [{"type": "command", **each} for each in handlers]}]
    (folder / "hooks.json").write_text(json.dumps({"hooks": {"PermissionRequest": groups}}), encoding="utf-8")


def ran(
    folder: Path, test: Callable[[Hooks, BookDesk], Awaitable[None]], output_bytes_max: int = 1000
) -> BookDesk:
    """Run *test* with the hooks of *folder* in the real world, and return the desk."""
    desks: list[BookDesk] = []

    async def main() -> None:
        config = await discover([Layer("user", str(folder))], bypass_trust=True)
        assert () == config.problems
        env = {"PATH": os.environ["PATH"], "OUT": str(folder)}
        runner = CommandRunner(processes=SystemProcesses(), env=env, output_bytes_max=output_bytes_max)
        desks.append(BookDesk())
        desks[0].request("call-1")
        spiller = Spiller(folder=str(folder), files=DiskFiles(), new_id=desks[0].new_id)
        with trio.fail_after(60):
            await test(Hooks(config=config, runner=runner, spiller=spiller), desks[0])

    trio.run(main)
    return desks[0]


def ends(desk: BookDesk) -> list[HookCompleted]:
    """Return the ends of runs."""
    return [event for event in desk.log if isinstance(event, HookCompleted)]


def alive(pid: int) -> bool:
    """Whether *pid* runs; an orphan that nobody has reaped yet does not."""
    try:
        status = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("there is no `ps`")
    return status.stdout.strip()[:1] not in {"", "Z"}


@pytest.mark.covers("A2", "A6", "B1", "B7", "B8")
def test_a_hook_from_a_file_denies_a_command(tmp_path: Path) -> None:
    """Found on disk, run by the shell in the turn's folder with one line of JSON, and folded."""
    gate = tmp_path / "gate.sh"
    gate.write_text(GATE, encoding="utf-8")
    gate.chmod(gate.stat().st_mode | stat.S_IXUSR)
    work = tmp_path / "work"
    work.mkdir()
    write_hooks(tmp_path, {"command": "true"}, {"command": '"$OUT"/gate.sh'})
    results: list[Folded] = []

    async def test(hooks: Hooks, desk: BookDesk) -> None:
        payload = asked("rm x", cwd=str(work))
        results.append(await hooks.run(desk, payload, suffix="call-1", call_id="call-1"))

    desk = ran(tmp_path, test)
    assert ("deny", "not here", 1) == (results[0].decision, results[0].message, results[0].chosen)
    assert ["completed", "blocked"] == [event.status for event in ends(desk)]
    assert str(work.resolve()) == (tmp_path / "folder").read_text(encoding="utf-8").strip()
    line = (tmp_path / "read").read_text(encoding="utf-8")
    assert (1, "rm x") == (line.count("\n"), json.loads(line)["tool_input"]["command"])


@pytest.mark.covers("B6")
def test_real_failures_are_told_apart(tmp_path: Path) -> None:
    """Too slow with a child that ignores SIGTERM, unknown to the shell, killed, and noisy without bound."""
    write_hooks(
        tmp_path,
        {
            "command": "trap '' TERM; (trap '' TERM; sleep 1000) & echo $! > \"$OUT/child\"; wait",
            "timeout": 1,
        },
        {"command": "no-such-program-at-all"},
        {"command": "kill -9 $$"},
        {"command": "head -c 50000000 /dev/zero | tr '\\0' x; exit 2"},
        {"command": "echo no >&2; cat >/dev/null; exit 2"},
    )

    async def test(hooks: Hooks, desk: BookDesk) -> None:
        payload = asked("x" * 1_000_000)  # far more than a pipe holds, and most of these never read it
        await hooks.run(desk, payload, suffix="call-1", call_id="call-1")

    found = [(event.status, event.entries[0].text) for event in ends(ran(tmp_path, test))]
    blank = "PermissionRequest hook exited with code 2 but did not write a denial reason to stderr"
    assert [
        ("failed", "hook timed out after 1s"),
        ("failed", "hook exited with code 127"),
        ("failed", "hook exited without a status code"),
        ("failed", blank),
        ("blocked", "no"),
    ] == found
    assert not alive(int((tmp_path / "child").read_text(encoding="utf-8")))


@pytest.mark.covers("B6")
def test_a_folder_that_is_gone_is_an_error_of_the_run(tmp_path: Path) -> None:
    """The hook could not be run; nobody decided, and the message names what is missing."""
    write_hooks(tmp_path, {"command": "true"})
    results: list[Folded] = []

    async def test(hooks: Hooks, desk: BookDesk) -> None:
        payload = asked(cwd=str(tmp_path / "gone"))
        results.append(await hooks.run(desk, payload, suffix="call-1", call_id="call-1"))

    (end,) = ends(ran(tmp_path, test))
    assert ("failed", "error", None) == (end.status, end.entries[0].kind, results[0].decision)
    assert "gone" in end.entries[0].text
