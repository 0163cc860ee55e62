"""The tools that run one command to its end: `shell`, `local_shell`, `shell_command`."""

import shlex
from collections.abc import Mapping
from functools import partial

from turnfold.core.engine.ports import Action, ToolCall
from turnfold.core.engine.tools import schemas
from turnfold.core.engine.tools.arguments import (
    LocalShellAction,
    ShellArguments,
    ShellCommandArguments,
    cache_key,
    checked_argv,
    checked_text,
    converted,
    decoded,
    directory,
)
from turnfold.core.engine.tools.running import Work, run_to_end
from turnfold.core.engine.tools.settings import ExecSettings


class _CommandTool:
    """What the three share; each knows its name, its description and its arguments."""

    def __init__(self, settings: ExecSettings) -> None:
        self._settings = settings

    @property
    def parallel(self) -> bool:
        """They may run beside other calls, as in Codex."""
        return True

    def _action(
        self,
        work: Work,
        *,
        justification: str | None = None,
        escalated: bool = False,
    ) -> Action:
        return Action(
            attempt=partial(run_to_end, work, self._settings),
            argv=work.argv,
            hook_command=work.shown,
            justification=justification,
            cwd=work.cwd,
            escalated=escalated,
            cache_keys=(cache_key(work.argv, work.cwd, escalated=escalated),),
            network="immediate",
        )

    def _limit_ms(self, asked_ms: int | None) -> int:
        return self._settings.default_timeout_ms if asked_ms is None else asked_ms


class Shell(_CommandTool):
    """`shell`: runs a program with arguments, no shell between. Hooks see the argv joined with quoting (C5)."""

    @property
    def name(self) -> str:
        """`shell`."""
        return "shell"

    def describe(self) -> Mapping[str, object]:
        """A function with the argv as a list."""
        command = {
            "type": "array",
            "items": {"type": "string"},
            "description": 'Program and arguments; for shell syntax use ["bash", "-lc", "..."].',
        }
        fields = {
            "command": command,
            "workdir": schemas.WORKDIR,
            "timeout_ms": schemas.TIMEOUT,
            **schemas.PERMISSIONS,
        }
        return schemas.function(
            self.name, "Runs a program and returns exit code and output.", fields, ["command"]
        )

    def prepare(self, call: ToolCall, cwd: str) -> Action:
        """Read the argv and its options. Raises ToolFailed."""
        asked = decoded(call, ShellArguments)
        argv = checked_argv(asked.command)
        work = Work(
            call=call,
            argv=argv,
            shown=shlex.join(argv),
            cwd=directory(cwd, asked.workdir),
            timeout_ms=self._limit_ms(asked.limit_ms),
        )
        return self._action(work, justification=asked.justification, escalated=asked.escalated)


class LocalShell(_CommandTool):
    """`local_shell`: the shell tool that the Responses API knows itself; its calls are `local_shell_call` items."""

    @property
    def name(self) -> str:
        """`local_shell`."""
        return "local_shell"

    def describe(self) -> Mapping[str, object]:
        """A type of its own, without a schema."""
        return {"type": "local_shell"}

    def prepare(self, call: ToolCall, cwd: str) -> Action:
        """Read the action of the item. Raises ToolFailed."""
        asked = converted(call, LocalShellAction)
        argv = checked_argv(asked.command)
        work = Work(
            call=call,
            argv=argv,
            shown=shlex.join(argv),
            cwd=directory(cwd, asked.working_directory),
            timeout_ms=self._limit_ms(asked.timeout_ms),
        )
        return self._action(work)


class ShellCommand(_CommandTool):
    """`shell_command`: runs text in the user's shell. Hooks see the text as it is (C5)."""

    @property
    def name(self) -> str:
        """`shell_command`."""
        return "shell_command"

    def describe(self) -> Mapping[str, object]:
        """A function with the text of the command."""
        fields = {
            "command": {"type": "string", "description": "Text for the user's shell."},
            "workdir": schemas.WORKDIR,
            "timeout_ms": schemas.TIMEOUT,
            "login": schemas.LOGIN,
            **schemas.PERMISSIONS,
        }
        return schemas.function(
            self.name, "Runs shell text and returns exit code and output.", fields, ["command"]
        )

    def prepare(self, call: ToolCall, cwd: str) -> Action:
        """Read the text and its options. Raises ToolFailed."""
        asked = decoded(call, ShellCommandArguments)
        text = checked_text(asked.command, "command")
        work = Work(
            call=call,
            argv=self._settings.shell_argv(text, login=asked.login),
            shown=text,
            cwd=directory(cwd, asked.workdir),
            timeout_ms=self._limit_ms(asked.limit_ms),
        )
        return self._action(work, justification=asked.justification, escalated=asked.escalated)
