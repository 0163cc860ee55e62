"""How a command ends: exit codes, and the exception for what its user can mend."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says when it ends. Where several hold, the gravest counts: 4, 3, 1, 2, 0."""

    OK = 0
    """Nothing found; an unknown verdict that comes only of what a file cannot show is no finding."""
    FOUND = 1
    """A finding in TF1xx to TF8xx."""
    DAMAGED = 2
    """Only damage (TF0xx), so that some verdicts are unknown."""
    USAGE = 3
    """The command line is wrong, or a path in it cannot be read."""
    INTERNAL = 4
    """A bug in turnfold, or a file that killed the worker that read it."""
    INTERRUPTED = 130
    """Ctrl-C."""


class Complaint(Exception):
    """Something the user can mend; its text names it and the remedy. Ends the command with `ExitCode.USAGE`."""
