"""Whether commands can be confined here, found out by confining one."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import attrs

from turnfold.core.engine.ports import Command, Process, ProcessError, Processes
from turnfold.core.engine.sandbox.bubblewrap import Bubblewrap, Mode

_MODES: Mapping[str, Mode] = {"read-only": "read-only", "workspace-write": "workspace-write"}
_SAID_MAX_BYTES = 4_096
_INSTALL = (
    "install bubblewrap (package `bubblewrap`), or choose `danger-full-access` to run without a sandbox"
)


@attrs.frozen(kw_only=True)
class Unavailable:
    """Commands cannot be confined here. They must then not be run as if they were."""

    reason: str
    """What is missing."""
    remedy: str
    """What the user can do."""

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}"


async def find_sandbox(
    mode: str,
    workspace: str,
    processes: Processes,
    *,
    path: str,
    writable_roots: tuple[str, ...] = (),
    exclude_tmpdir_env_var: bool = False,
    exclude_slash_tmp: bool = False,
    network: bool = False,
) -> Bubblewrap | Unavailable | None:
    """Return the sandbox of *mode* if it works here, else why it does not; None for `danger-full-access`.

    It is tried on a command that does nothing. Raises ValueError for an unknown mode.

    Args:
        mode: `read-only`, `workspace-write` or `danger-full-access`.
        workspace: the turn's directory, absolute.
        processes: runs the trial.
        path: the PATH on which `bwrap` is looked for, now; commands cannot put another one in its place later.
        writable_roots, exclude_tmpdir_env_var, exclude_slash_tmp, network: see `Bubblewrap`.
    """
    if mode == "danger-full-access":
        return None
    if mode not in _MODES:
        raise ValueError(
            f"unknown sandbox mode {mode!r}; choose one of {', '.join(_MODES)}, danger-full-access"
        )
    found = _program(path)
    if found is None:
        return Unavailable(
            reason=f"commands cannot be confined: no `bwrap` on PATH ({path})", remedy=_INSTALL
        )
    sandbox = Bubblewrap(
        mode=_MODES[mode],
        workspace=workspace,
        writable_roots=writable_roots,
        exclude_tmpdir_env_var=exclude_tmpdir_env_var,
        exclude_slash_tmp=exclude_slash_tmp,
        network=network,
        program=found,
    )
    trial = sandbox.confine(Command(argv=("/bin/sh", "-c", ":"), cwd="/", env={"PATH": path}))
    try:
        async with processes.open(trial) as process:
            said = await _said(process)
            code = await process.wait()
    except ProcessError as error:
        return Unavailable(reason=f"commands cannot be confined: {error}", remedy=_INSTALL)
    if code == 0:
        return sandbox
    said = said or f"it ended with {code}"
    return Unavailable(reason=f"bubblewrap cannot make a sandbox here: {said}", remedy=_remedy(said))


def _program(path: str) -> str | None:
    """Return where `bwrap` is, as an absolute path."""
    found = shutil.which("bwrap", path=path)
    return None if found is None else str(Path(found).absolute())


async def _said(process: Process) -> str:
    """Return what a program printed, from its beginning, as one line."""
    said = b""
    while (chunk := await process.receive()) is not None:
        said += chunk.data[: _SAID_MAX_BYTES - len(said)]
    return " ".join(said.decode("utf-8", "replace").split())


def _remedy(said: str) -> str:
    if "namespace" in said or "uid map" in said or "Operation not permitted" in said:
        return (
            "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1 and user.max_user_namespaces > 0; on "
            "Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0; in a container, its seccomp profile), or "
            "choose `danger-full-access` to run without a sandbox"
        )
    return "mend that, or choose `danger-full-access` to run without a sandbox"
