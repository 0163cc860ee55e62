"""Bubblewrap: the command line it makes, and on machines that have it what it keeps from happening."""

from __future__ import annotations

import os
import socket
import sys
from functools import cache, partial
from pathlib import Path

import pytest
import trio

from tests.core.engine.tools.shelltools import on_mock_clock
from turnfold.core.engine.fakes import FakeProcesses, printing
from turnfold.core.engine.ports import Command
from turnfold.core.engine.process import SystemProcesses
from turnfold.core.engine.sandbox import Bubblewrap, Unavailable, find_sandbox, likely_denied

PATH = os.environ.get("PATH", os.defpath)


@cache
def why_not() -> str:
    """Return why commands cannot be confined on this machine; empty where they can."""
    found = trio.run(lambda: find_sandbox("read-only", "/", SystemProcesses(), path=PATH))
    return str(found) if isinstance(found, Unavailable) else ""


CONFINING = pytest.mark.skipif(bool(why_not()), reason=why_not())


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """Return a folder with a workspace that has a repository, a folder for TMPDIR, and more beside them."""
    for name in ("workspace/.git", "workspace/sub", "tmpdir", "extra", "beside"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def box(places: Path, mode: str = "workspace-write", **more: bool) -> Bubblewrap:
    """Return a sandbox for the workspace, under which /tmp is not writable: all these folders are there."""
    found = trio.run(
        partial(
            find_sandbox,
            mode,
            str(places / "workspace"),
            SystemProcesses(),
            path=PATH,
            writable_roots=(str(places / "extra"), "/no/such/folder"),
            exclude_slash_tmp=True,
            **more,
        )
    )
    assert isinstance(found, Bubblewrap)
    return found


def ran(sandbox: Bubblewrap, script: str, places: Path, *args: str) -> tuple[int | None, str]:
    """Run *script* confined, in the workspace, and return exit code and output."""
    env = {"PATH": PATH, "TMPDIR": str(places / "tmpdir")}
    command = Command(argv=("/bin/sh", "-c", script, "sh", *args), cwd=str(places / "workspace"), env=env)

    async def main() -> tuple[int | None, str]:
        output = b""
        async with SystemProcesses().open(sandbox.confine(command)) as process:
            while (chunk := await process.receive()) is not None:
                output += chunk.data
            return await process.wait(), output.decode()

    return trio.run(main)


def writes(sandbox: Bubblewrap, places: Path, folder: str) -> bool:
    """Whether a confined command can make a file in *folder*. If not, that must be taken for a denial."""
    code, output = ran(sandbox, 'touch "$1"', places, str(places / folder / "made"))
    made = (places / folder / "made").exists()
    assert (made, made) == (code == 0, not sandbox.denied(code, output))
    return made


@CONFINING
@pytest.mark.parametrize("folder", ["workspace", "workspace/sub", "tmpdir", "extra"])
def test_workspace_write_can_write_where_it_should(places: Path, folder: str) -> None:
    """In the workspace, in TMPDIR and in extra roots files can be made; under `read-only` nowhere."""
    assert not writes(box(places, "read-only"), places, folder)
    assert writes(box(places), places, folder)


@CONFINING
@pytest.mark.parametrize("folder", ["workspace/.git", "workspace/.turnfold", "beside", "."])
def test_workspace_write_can_write_nowhere_else(places: Path, folder: str) -> None:
    """Neither in the repository's own folder, nor in ours, nor beside the workspace; and it reads as a denial."""
    (places / folder).mkdir(exist_ok=True)
    assert not writes(box(places), places, folder)


@CONFINING
def test_tmpdir_can_be_left_out(places: Path) -> None:
    """With `exclude_tmpdir_env_var` that folder stays read-only."""
    assert not writes(box(places, exclude_tmpdir_env_var=True), places, "tmpdir")


@CONFINING
def test_the_repository_of_a_worktree_stays_read_only(places: Path) -> None:
    """Where `.git` is a file, what it points to is protected like a folder of that name, and so is the file."""
    (places / "workspace/.git").rmdir()
    (places / "extra/repository").mkdir()
    (places / "workspace/.git").write_text("gitdir: ../extra/repository\n")
    assert not writes(box(places), places, "extra/repository")
    code, _ = ran(box(places), "echo x > .git", places)
    assert (True, "gitdir: ../extra/repository\n") == (code != 0, (places / "workspace/.git").read_text())


@CONFINING
def test_a_git_file_that_points_nowhere_is_no_obstacle(places: Path) -> None:
    """A broken pointer protects nothing but itself."""
    (places / "workspace/.git").rmdir()
    (places / "workspace/.git").write_text("nonsense")
    assert writes(box(places), places, "workspace")


@CONFINING
def test_the_directory_of_a_command_is_not_made_writable(places: Path) -> None:
    """The model chooses the directory of a command, so that does not decide what is writable."""
    command = Command(argv=("touch", "made"), cwd=str(places / "beside"), env={"PATH": PATH})

    async def main() -> int | None:
        async with SystemProcesses().open(box_.confine(command)) as process:
            return await process.wait()

    box_ = box(places)
    assert (True, False) == (trio.run(main) != 0, (places / "beside/made").exists())


@CONFINING
def test_nothing_can_be_mounted_anew(places: Path) -> None:
    """The command has no capabilities, so it cannot make the file system writable again, not even as root."""
    code, _ = ran(box(places), "mount -o remount,rw,bind / ; umount .git ; touch .git/x", places)
    assert (True, False) == (code != 0, (places / "workspace/.git/x").exists())


@CONFINING
@pytest.mark.parametrize("network", [False, True])
def test_the_network_is_off_unless_it_is_left_on(places: Path, network: bool) -> None:
    """A confined command cannot reach a server of this machine; the variable says so too."""
    script = (
        "exec {PY} -c 'import socket,sys; socket.create_connection((\"127.0.0.1\", int(sys.argv[1])), 5)' $1"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        sandbox = box(places, network=network)
        code, _ = ran(sandbox, script.replace("{PY}", sys.executable), places, port)
    said = ran(sandbox, "echo $CODEX_SANDBOX_NETWORK_DISABLED", places)
    assert (network, (0, "\n" if network else "1\n")) == (code == 0, said)


@CONFINING
def test_no_daemon_outlives_a_confined_command(places: Path) -> None:
    """A process that leaves session and group and clears its environment ends with the command's namespace."""
    beat = places / "workspace/beat"
    script = 'env -i setsid sh -c "while :; do echo x >> beat; sleep 0.01; done" & while ! test -s beat; do :; done'
    assert 0 == ran(box(places), script, places)[0]
    size = beat.stat().st_size
    assert size > 0
    assert (0, "") == ran(box(places), "sleep 0.1", places)
    assert size == beat.stat().st_size


def test_the_usual_roots(places: Path) -> None:
    """Without exclusions /tmp is writable as well, and devices come after all roots, so that no root covers them."""
    sandbox = Bubblewrap(mode="workspace-write", workspace=str(places / "workspace"))
    argv = sandbox.confine(Command(argv=("x", "-y"), cwd="/w", env={})).argv
    binds = [argv[n + 1] for n, word in enumerate(argv) if word == "--bind"]
    assert [str(places / "workspace"), "/tmp"] == binds
    assert ("--dev", "/dev", "--proc", "/proc", "--chdir", "/w", "--", "x", "-y") == argv[-9:]


@pytest.mark.parametrize(
    ("exit_code", "output", "denied"),
    [
        (0, "Permission denied", False),
        (1, "touch: cannot touch 'x': Read-only file system", True),
        (1, "sh: 1: cannot create /x: Permission denied", True),
        (126, "bash: /x: Permission denied", True),
        (None, "mount: Operation not permitted", True),
        (1, "no such file", False),
        (None, "", False),
    ],
)
def test_a_denial_is_guessed_from_end_and_words(exit_code: int | None, output: str, denied: bool) -> None:
    """Only what failed was denied, and only if it says so."""
    assert denied == likely_denied(exit_code, output)


def test_no_sandbox_is_looked_for_where_none_is_wanted() -> None:
    """`danger-full-access` is the only mode that means none."""
    assert trio.run(lambda: find_sandbox("danger-full-access", "/", SystemProcesses(), path="")) is None


def test_an_unknown_mode_is_refused() -> None:
    """A mode that is not known never means no sandbox."""
    with pytest.raises(ValueError, match="unknown sandbox mode 'off'; choose one of read-only"):
        trio.run(lambda: find_sandbox("off", "/", SystemProcesses(), path=""))


def test_a_missing_program_is_an_honest_refusal(tmp_path: Path) -> None:
    """Without bwrap there is no sandbox, and the answer says what to install."""
    found = trio.run(lambda: find_sandbox("read-only", "/", SystemProcesses(), path=str(tmp_path)))
    assert isinstance(found, Unavailable)
    assert f"commands cannot be confined: no `bwrap` on PATH ({tmp_path})" == found.reason
    assert "install bubblewrap" in found.remedy


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("bwrap: No permissions to create new namespace, likely because ...", "allow user namespaces"),
        ("bwrap: setting up uid map: Permission denied", "allow user namespaces"),
        ("bwrap: Can't mount proc on /newroot/proc", "mend that, or choose `danger-full-access`"),
    ],
)
def test_a_sandbox_that_does_not_work_is_an_honest_refusal(tmp_path: Path, said: str, remedy: str) -> None:
    """A bwrap that may not do its work is found out by a trial, and what it said is passed on."""
    (tmp_path / "bwrap").touch(mode=0o755)

    async def main() -> object:
        return await find_sandbox(
            "read-only", "/", FakeProcesses({":": printing(stderr=said, exit_code=1)}), path=str(tmp_path)
        )

    found = on_mock_clock(main)
    assert isinstance(found, Unavailable)
    assert f"bubblewrap cannot make a sandbox here: {said}" == found.reason
    assert remedy == found.remedy[: len(remedy)]


def test_a_bwrap_that_is_no_program_is_an_honest_refusal(tmp_path: Path) -> None:
    """So is one that cannot even be started."""
    (tmp_path / "bwrap").touch(mode=0o755)

    async def main() -> object:
        return await find_sandbox("read-only", "/", FakeProcesses({}), path=str(tmp_path))

    found = on_mock_clock(main)
    assert "commands cannot be confined: :: no such program; install bubblewrap" == str(found)[:67]
