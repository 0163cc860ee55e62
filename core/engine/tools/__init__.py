"""The tools that run commands: `shell`, `local_shell`, `shell_command`, `exec_command` and `write_stdin`."""

from turnfold.core.engine.tools.exec_command import ExecCommand, WriteStdin
from turnfold.core.engine.tools.sessions import ExecSessions, Recorder
from turnfold.core.engine.tools.settings import ExecSettings, Guard
from turnfold.core.engine.tools.shell import LocalShell, Shell, ShellCommand

__all__ = [
    "ExecCommand",
    "ExecSessions",
    "ExecSettings",
    "Guard",
    "LocalShell",
    "Recorder",
    "Shell",
    "ShellCommand",
    "WriteStdin",
]
