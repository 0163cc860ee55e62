"""The command as its users meet it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

COMMAND = [sys.executable, "-P", "-m", "turnfold.tools"]


def environment(**more: str) -> Mapping[str, str]:
    """Return an environment in which nothing of this machine's user decides what is printed."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "CODEX_HOME")}
    return {**kept, "HOME": "/nonexistent", **more}


def turnfold(
    *words: str | Path, cwd: Path | None = None, stdin: bytes = b"", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run one command line to its end; outputs are text."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env=environment(**variables),
        check=False,
    )
    out, err = (text.decode("utf-8") for text in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def spawn(*words: str | Path, cwd: Path | None = None) -> subprocess.Popen[bytes]:
    """Start one command line, in a process group of its own, with pipes to all its streams."""
    return subprocess.Popen(
        [*COMMAND, *map(str, words)],
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )
