"""Bubblewrap: the command sees the file system read-only but for its workspace, and no network."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import attrs

from turnfold.core.engine.ports import Command
from turnfold.core.engine.sandbox.denial import likely_denied

Mode = Literal["read-only", "workspace-write"]

PROTECTED: Final = (".git", ".codex", ".agents", ".turnfold")
"""What stays read-only at the top of a writable folder: its contents are run or obeyed later, outside (as in Codex).

The last one is our own: hooks and rules of a project."""

NO_NETWORK: Final = "CODEX_SANDBOX_NETWORK_DISABLED"
"""Set to `1` for a command without network, as Codex does: test suites look at it."""

PROXY_SOCKET: Final = "TURNFOLD_PROXY_SOCKET"
PROXY_PORT: Final = "TURNFOLD_PROXY_PORT"
"""Variables by which a command without network brings along the way to a proxy: its socket, and where it expects it."""

_BRIDGE: Final = str(Path(__file__).with_name("bridge.py"))

_ISOLATION = (
    "--die-with-parent",
    "--unshare-user",
    "--unshare-pid",
    "--unshare-ipc",
    # Without this root keeps what it takes to mount everything writable again.
    "--cap-drop",
    "ALL",
)


@attrs.frozen(kw_only=True)
class Bubblewrap:
    """Confines by the program `bwrap`: new user, process and IPC namespaces, and none of the capabilities.

    All is read-only but, under `workspace-write`, the workspace, TMPDIR, /tmp and the extra roots; there, what is in
    `PROTECTED` stays read-only if it exists (and the repository that a `.git` *file* points to). The network is a new
    and empty one; a command that brings along the way to a proxy (`PROXY_SOCKET`) reaches that and nothing else. The
    process namespace ends with the command, so no daemon outlives it.

    What does not exist cannot be protected: where there is no repository, a command may make one. It does not hide
    files, nor sockets in the file system: what the user may read or connect to, the command may.
    """

    mode: Mode
    workspace: str
    """The turn's directory, absolute. The directory of a single command does not count: the model chooses it."""
    writable_roots: tuple[str, ...] = ()
    """More folders that are writable under `workspace-write`."""
    exclude_tmpdir_env_var: bool = False
    """Whether the folder that TMPDIR names stays read-only."""
    exclude_slash_tmp: bool = False
    """Whether /tmp stays read-only."""
    network: bool = False
    """Whether to leave the network on."""
    program: str = "bwrap"

    @property
    def name(self) -> str:
        """`bubblewrap`."""
        return "bubblewrap"

    def confine(self, command: Command) -> Command:
        """Return the command that runs *command* confined. Folders that do not exist are left out."""
        roots = tuple(self._roots(command))
        argv = [self.program, *_ISOLATION]
        if not self.network:
            argv.append("--unshare-net")
        argv += ["--ro-bind", "/", "/"]
        for root in roots:
            argv += ["--bind", str(root), str(root)]
        # After all writable ones, so that none of these covers it up again.
        for path in _protected(roots):
            argv += ["--ro-bind", str(path), str(path)]
        argv += ["--dev", "/dev", "--proc", "/proc", "--chdir", command.cwd, "--"]
        if self.network:
            return attrs.evolve(command, argv=(*argv, *command.argv))
        bridge = _bridge(command)
        env = command.env if bridge else {**command.env, NO_NETWORK: "1"}
        return attrs.evolve(command, argv=(*argv, *bridge, *command.argv), env=env)

    def denied(self, exit_code: int | None, output: str) -> bool:
        """Whether a command that ended so was probably stopped by the confinement; a guess from its words."""
        return likely_denied(exit_code, output)

    def _roots(self, command: Command) -> Iterator[Path]:
        if self.mode == "read-only":
            return
        tmpdir = "" if self.exclude_tmpdir_env_var else command.env.get("TMPDIR", "")
        slash_tmp = "" if self.exclude_slash_tmp else "/tmp"
        for root in dict.fromkeys((self.workspace, *self.writable_roots, tmpdir, slash_tmp)):
            path = Path(root)
            if path.is_absolute() and path.is_dir():
                yield path


def _bridge(command: Command) -> tuple[str, ...]:
    """What runs the command so that it reaches its proxy from an empty network; nothing without a proxy."""
    path, port = command.env.get(PROXY_SOCKET), command.env.get(PROXY_PORT)
    return (sys.executable, "-I", "-S", _BRIDGE, port, path) if path and port else ()


def _protected(roots: tuple[Path, ...]) -> Iterator[Path]:
    """Yield what stays read-only, symbolic links resolved."""
    for root in roots:
        for name in PROTECTED:
            path = root / name
            if not path.exists():
                continue
            yield path.resolve()
            target = _pointed_to(path)
            if target is not None:
                yield target


def _pointed_to(git: Path) -> Path | None:
    """Return the repository that *git* points to, where it is the file of a worktree or submodule."""
    if not git.is_file():
        return None
    try:
        first = git.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
    except OSError:
        return None
    key, _, value = first.partition(":")
    target = (git.parent / value.strip()).resolve()
    return target if key == "gitdir" and value.strip() and target.exists() else None
