"""Run what hand-written pages show, and write what was printed anew: `python -P -m turnfold.tools.transcriptdocs`.

In a fenced `console` block a line that begins with `$ ` is a command for the shell and the rest is its output, errors
included. A block `python NAME` or `jsonl NAME` is put into a file of that name first. All blocks of a page run in their
order in one folder, which begins as a copy of the bundled samples. A fence of four backticks may hold outputs with one
of three.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from turnfold.rollouts.samples import sample_names, sample_path
from turnfold.tools.generated import ROOT, write

PAGES = (
    Path("README.md"),
    *(
        Path("docs", f"{name}.md")
        for name in (
            "tutorial",
            "run",
            "embedding",
            "models",
            "tools",
            "hooks",
            "approvals",
            "exploring",
            "explore",
            "lab",
            "races",
            "pytest",
        )
    ),
)
BLOCK = re.compile(
    r"^(?P<fence>`{3,})(?:console|(?:python|jsonl) (?P<name>\S+))\n(?P<body>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
PROMPT = "$ "
PROGRAMS = {"turnfold": "-P -m turnfold.tools", "python": ""}
"""What a page may call, and the words with which the running Python does it."""
PYTEST = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p turnfold.tools.pytest_plugin"}
"""A pytest in a page has our plugin, and none that happens to be installed."""


def page_files() -> Mapping[Path, str]:
    """Return each page as it has to be, by its path within the checkout."""
    return {page: transcribed((ROOT / page).read_text(encoding="utf-8")) for page in PAGES}


def transcribed(page: str) -> str:
    """Return *page* with the output of each command as it is now."""
    with TemporaryDirectory() as scratch:
        work, programs = Path(scratch, "work"), Path(scratch, "bin")
        _prepare(work, programs)
        return BLOCK.sub(lambda block: _rerun(block, work, programs), page)


def _prepare(work: Path, programs: Path) -> None:
    work.mkdir()
    programs.mkdir()
    for name in sample_names():
        shutil.copy(sample_path(name), work)
    for name, words in PROGRAMS.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {words} "$@"\n')
        (programs / name).chmod(0o755)


def _rerun(block: re.Match[str], work: Path, programs: Path) -> str:
    if block["name"]:
        (work / block["name"]).write_text(block["body"], encoding="utf-8")
        return block[0]
    typed = [line.removeprefix(PROMPT) for line in block["body"].splitlines() if line.startswith(PROMPT)]
    path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
    # No HOME or NO_COLOR of whoever writes the page decides what is printed.
    done = subprocess.run(
        ["/bin/sh", "-c", _script(typed)],
        cwd=work,
        env={"PATH": path, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        | PYTEST,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return f"{block['fence']}console\n{done.stdout.decode()}{block['fence']}"


def _script(commands: list[str]) -> str:
    """A script that shows each command before it runs it, and hands `$?` on to the next one."""
    steps = (
        f"code=$?; printf '%s\\n' {shlex.quote(PROMPT + line)}; (exit $code)\n{line}" for line in commands
    )
    return "\n".join(steps)


def main() -> None:
    """Write all of them."""
    write(page_files())


if __name__ == "__main__":
    main()
