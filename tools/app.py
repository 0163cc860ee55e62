"""Reading a command line, with click. Each command is imported when it is called, and no sooner."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

import click
from click.shell_completion import shell_complete

from turnfold.tools.exits import ExitCode

PROGRAM: Final = "turnfold"

COMPLETION_VARIABLE: Final = "_TURNFOLD_COMPLETE"
"""Set by the shell when it asks for completions; `_TURNFOLD_COMPLETE=bash_source turnfold` prints what to load."""

HELP: Final = """Fold sessions out of their event logs, and say whether their order was legal.

`turnfold COMMAND --help` explains a command."""

EPILOG: Final = f"""Exit codes: 0 nothing found, 1 a finding (TF1xx to TF8xx), 2 only damage (TF0xx), 3 wrong usage or a
path that cannot be read, 4 internal error, 130 Ctrl-C.

Completion: eval "$({COMPLETION_VARIABLE}=bash_source {PROGRAM})", likewise zsh_source and fish_source."""


class LazyGroup(click.Group):
    """The commands of a table, of which only the one called is imported."""

    def __init__(self, table: Mapping[str, str]) -> None:
        super().__init__(
            PROGRAM, help=HELP, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
        )
        self._table = table
        self.params.append(
            click.Option(["--version", "-V"], is_flag=True, help="Print the version and exit.")
        )

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The names, in the order of the table."""
        return list(self._table)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002  click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """Import the command of that name."""
        if cmd_name not in self._table:
            return None
        command: click.Command = import_module(f"turnfold.tools.commands.{cmd_name}").command
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002  click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the table; click would import every command for a line of its help."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._table.items()))


def run(table: Mapping[str, str], words: Sequence[str]) -> int:
    """Run the command that *words* name (without the program's name), and return its exit code.

    *table* holds each command's name and one line of help. What the command raises is the caller's.
    """
    group = LazyGroup(table)
    instruction = os.environ.get(COMPLETION_VARIABLE)
    if instruction:
        return shell_complete(group, {}, PROGRAM, COMPLETION_VARIABLE, instruction)
    try:
        # Not `group.main`, which has habits of its own for Ctrl-C and closed pipes.
        with group.make_context(PROGRAM, list(words) or ["--help"]) as context:
            return int(group.invoke(context))
    except click.exceptions.Exit as end:  # help was asked for, or is all that can be said
        return end.exit_code if words else ExitCode.USAGE
    except click.UsageError as error:
        error.show()
        return ExitCode.USAGE
