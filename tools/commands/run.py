"""`turnfold run`."""

from __future__ import annotations

from typing import Any

import click

from turnfold.rollouts.recorder import Durability
from turnfold.tools import options as common


@click.command()
@click.option(
    "--model",
    required=True,
    metavar="NAME",
    help="A model of the endpoint, or scripted:FILE for one that says what a file tells it to.",
)
@click.option("--endpoint", metavar="URL", help="Base URL of a Responses API, such as https://host/v1.")
@click.option(
    "--key-variable",
    default="OPENAI_API_KEY",
    show_default=True,
    metavar="NAME",
    help="Variable that holds the endpoint's key. Commands do not get to see it.",
)
@click.option("--cwd", type=click.Path(file_okay=False, exists=True), help="Working directory.")
@click.option(
    "--approval-policy",
    type=click.Choice(["untrusted", "on-failure", "on-request", "never"]),
    default="on-request",
    show_default=True,
    help="When somebody is asked before a command runs.",
)
@click.option(
    "--sandbox",
    type=click.Choice(["read-only", "workspace-write", "danger-full-access"]),
    default="workspace-write",
    show_default=True,
    help="Confinement of commands, by bubblewrap.",
)
@click.option("--journal", metavar="FILE", type=click.Path(dir_okay=False), help="Where the log goes.")
@click.option("--no-journal", is_flag=True, help="Keep no log.")
@click.option(
    "--durability",
    type=click.Choice([each.value for each in Durability]),
    default=Durability.FLUSH.value,
    show_default=True,
    help="What the log survives: nothing, a kill (flush), a power loss (fsync).",
)
@click.option("--resume", metavar="FILE", type=click.Path(dir_okay=False), help="Go on with this log.")
@click.option("--hooks/--no-hooks", default=True, show_default=True, help="Whether hooks run.")
@click.option("--trust-hooks", is_flag=True, help="Run hooks that are not marked as trusted, too.")
@click.option(
    "--trust-project", is_flag=True, help="Take hooks and rules from the directory's .turnfold, too."
)
@click.option("--ask-network", is_flag=True, help="Lead commands through a proxy that asks about hosts.")
@click.option("--input", "inputs", multiple=True, metavar="TEXT", help="Say this, then end; repeatable.")
@click.option(
    "--answer",
    type=click.Choice(["approved", "denied"]),
    help="Answer every question so. Without a terminal it is: denied.",
)
@click.option("--verify", type=click.Choice(["live"]), help="Judge the session by all rules while it runs.")
@common.color_option
def command(**given: Any) -> int:
    """Run an agent session in the terminal.

    What you type is input; while a turn runs, it goes into that turn. Esc or Ctrl-C ends the turn. Questions are
    answered by number. /help lists the orders: /compact, /review, /rollback, /quit. Where standard input is no
    terminal, each of its lines is one input, taken when the turn of the one before has ended.

    The log goes to a file of its own under $TURNFOLD_HOME/sessions, or ~/.turnfold/sessions. All other commands read
    it, and Codex can resume it. hooks.json, config.toml and rules/ are taken from the same home.

    Exit codes: 0; 1 if the last turn failed, or --verify found something; 3 for wrong usage; 130 for Ctrl-C outside
    of a turn.
    """
    from turnfold.tools.running import Run, run  # the engine is not loaded for a line of help

    return run(Run(**given))
