"""The tools that run commands: `shell`, `local_shell` and `shell_command`."""

from turnfold.core.engine.tools.settings import ExecSettings, Guard
from turnfold.core.engine.tools.shell import LocalShell, Shell, ShellCommand

__all__ = ["ExecSettings", "Guard", "LocalShell", "Shell", "ShellCommand"]
