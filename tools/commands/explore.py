"""`turnfold explore`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import click

from turnfold.tools import options as common
from turnfold.tools.exits import Complaint


class Format(StrEnum):
    """Forms of output."""

    TEXT = "text"
    JSON = "json"


@click.command()
@click.argument("scenario", required=False)
@click.option("--list", "lists", is_flag=True, help="List the races that come with turnfold.")
@click.option("--all", "everything", is_flag=True, help="Explore every race with its variants.")
@click.option(
    "--strategy",
    "-s",
    metavar="NAME",
    help="dfs:D, dfs:all, pct:D[:SEED], random[:SEED], cancel, cancel:outer, round-robin.  [default: dfs:2]",
)
@click.option(
    "--seed", type=click.IntRange(min=0), metavar="N", help="Seed of pct:D or random.  [default: 0]"
)
@click.option(
    "--budget",
    type=click.IntRange(min=1),
    metavar="N",
    help="Schedules to run at most, of each scenario.  [default: 10000]",
)
@click.option(
    "--workers",
    "-j",
    type=click.IntRange(min=1, max=256),
    metavar="N",
    help="Processes that share the schedules.",
)
@click.option("--replay", "token", metavar="TOKEN", help="Run exactly the schedule of this token.")
@click.option(
    "--rollout",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the sessions of the failing, or replayed, schedule there; others beside it as FILE-2.",
)
@click.option("--force", is_flag=True, help="Let it take the place of another file.")
@click.option(
    "--steps-max",
    type=click.IntRange(min=1),
    metavar="N",
    help="Steps after which a schedule is taken to be endless.",
)
@common.format_option(Format)
@common.color_option
def command(**given: Any) -> int:
    """Run a scenario under many schedules, and show the shortest one that fails.

    SCENARIO is one of the races of the engine (--list names them; NAME+cancelled is the same race while its session
    is cancelled from outside, NAME+given-up while its clients are), or an async function of yours without parameters:
    module:function, with the module looked for in the current folder first, or FILE.py:function. Without SCENARIO the
    races are listed.

    A failure is shrunk and comes with a token. --replay runs that schedule again; SCENARIO can be left out if the
    token's own name says where it is. With --format json each scenario gives one line.

    Exit codes: 0 no schedule failed, 1 one did, 3 wrong usage, a bad token or a scenario that cannot be loaded, 130
    Ctrl-C (what was done until then is printed).
    """
    try:  # no sooner: trio and the engine take time to load, and a trio whose inside is not known refuses
        from turnfold.tools.explore import Request, run
    except ImportError as error:
        if (
            type(error).__name__ == "UnsupportedTrio"
        ):  # its module was not loaded, so there is no class to name
            raise Complaint(str(error)) from None
        raise
    form: Format = given.pop("form")
    return run(Request(**given, as_json=form is Format.JSON))
