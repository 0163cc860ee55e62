"""The `turnfold` command: where it begins, and the table of its commands.

A new command is a row in `COMMANDS` and a module `tools/commands/<name>.py` that defines `command`, a function under
`@click.command`: its docstring is the long help, and it returns an exit code (`tools/exits.py`). The module is
imported when the command is called, and no sooner. Options that several commands have are in `tools/options.py`.
What a command raises ends it in the way of `tools/guard.py`; `Complaint` is for what the user can mend.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from turnfold.tools.guard import guarded

COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "verify": "say whether the order in sessions was legal, and what was not",
        "turns": "list the turns of sessions, a row each",
        "timeline": "tell what happened in a session, line by line",
        "explain": "say why a turn ended as it did",
        "show": "show how a session stands at a line, a number or a turn",
        "rule": "print what a rule checks, why, and what can excuse it",
        "diff": "show where two sessions part",
        "minimize": "find the smallest session that still shows a finding",
        "salvage": "write a repaired copy of a damaged session",
        "run": "run an agent session in the terminal",
        "explore": "run a scenario under many schedules, and show one that fails",
        "demo": "verify the bundled samples, and a session that it runs before your eyes",
    }
)
"""Name of each command and its line in `turnfold --help`, in the order shown."""


COLLECT_AT: Final = 200_000
"""Objects between two runs of the garbage collector, which would take a tenth of the time at the default of 700.

Records are freed by reference counts. Cycles come with a file's rules, some hundreds of objects a file.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (default: that of the process), and return its exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    return guarded(lambda: _run(words))


def _run(words: Sequence[str]) -> int:
    if words[:1] in (["--version"], ["-V"]):  # answered before anything is imported that takes time
        from importlib.metadata import version

        print("turnfold", version("turnfold"))
        return 0
    gc.set_threshold(COLLECT_AT)
    from turnfold.tools.app import run

    return run(COMMANDS, words)
