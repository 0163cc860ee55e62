"""The folder that intercepts: one wrapper for each name, found on PATH before the programs themselves."""

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from turnfold.core.engine.gate import gate_client

_EXECUTABLE = 0o755


class Wrappers:
    """A private folder with a socket's place, the wrappers, and what keeps them first on PATH.

    Only commands that are looked up on PATH are intercepted: not those called by their path, and not shells'
    own builtins. A login shell may set PATH anew; bash then reads the file that BASH_ENV names, which puts the
    wrappers in front again, and other shells should be run without `-l`. It guides an agent that goes by the
    rules; what confines one that does not is the sandbox.

    Args:
        names: names of the programs to intercept; one with a slash in it is left out.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="turnfold-gate-"))
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        for name in sorted({name for name in names if name and "/" not in name and name not in {".", ".."}}):
            self._write(name)
        front = shlex.quote(str(self.bin))
        self._profile = self.folder / "front.sh"
        self._profile.write_text(
            f'case "$PATH" in {front}:*) ;; *) PATH={front}:"$PATH"; export PATH ;; esac\n', encoding="utf-8"
        )

    def _write(self, name: str) -> None:
        client = [sys.executable, "-I", "-S", str(Path(gate_client.__file__).resolve()), str(self.bin), name]
        wrapper = self.bin / name
        wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(client)} "$@"\n', encoding="utf-8")
        wrapper.chmod(_EXECUTABLE)

    @property
    def socket(self) -> str:
        """Where the engine listens."""
        return str(self.folder / "socket")

    def env(self, path: str, token: str) -> Mapping[str, str]:
        """Return the variables that lead commands to the wrappers; *path* is the PATH that they come before."""
        return {
            "PATH": f"{self.bin}{os.pathsep}{path}",
            "BASH_ENV": str(self._profile),
            "TURNFOLD_GATE_SOCKET": self.socket,
            "TURNFOLD_GATE_TOKEN": token,
        }

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
