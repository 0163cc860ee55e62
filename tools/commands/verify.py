"""`turnfold verify`."""

from __future__ import annotations

import functools
import gc
import os
from collections.abc import Generator
from contextlib import closing
from datetime import datetime
from enum import StrEnum

import click

from turnfold.rollouts.source import STDIN
from turnfold.tools import options as common
from turnfold.tools.check import CheckOptions, check, shown, troubled
from turnfold.tools.codes import resolve
from turnfold.tools.documents import FileEntry, TroubleKind
from turnfold.tools.reporters import Format, Tally, reporter
from turnfold.tools.screen import Color, Screen
from turnfold.tools.select import Selection, select


class Least(StrEnum):
    """The mildest findings to report. Damage is always reported."""

    SUSPICION = "suspicion"
    VIOLATION = "violation"


@click.command()
@common.paths_argument
@common.format_option(Format)
@common.choice_option("--severity", kind=Least, text="`violation` leaves suspicions out.")
@click.option(
    "--rule", metavar="CODE", multiple=True, help="Report this rule only; repeatable. TF3 is a family."
)
@click.option("--ignore", metavar="CODE", multiple=True, help="Do not report this rule; repeatable.")
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Worker processes for many files.",
)
@common.redact_option
@common.since_option
@common.latest_option
@common.color_option
@click.option("--quiet", "-q", is_flag=True, help="Print nothing: the exit code says it.")
@click.option("--verbose", "-v", is_flag=True, help="Also say which rules had nothing to judge by.")
def command(
    *,
    paths: tuple[str, ...],
    form: Format,
    severity: Least,
    rule: tuple[str, ...],
    ignore: tuple[str, ...],
    jobs: int,
    redact: bool,
    since: datetime | None,
    latest: int | None,
    color: Color,
    quiet: bool,
    verbose: bool,
) -> int:
    """Say whether the order of events in sessions was legal, and what was not.

    PATH is a rollout file, a folder, a CODEX_HOME, the beginning of a session id, or - for standard input. Files are
    only ever read.

    Each file gets a verdict: valid, invalid (at least one violation), or unknown (a suspicion, damage, or an end that
    is missing). What is found is told with the lines that prove it; `turnfold rule CODE` explains a code.
    """
    options = CheckOptions(
        codes=resolve(rule) if rule else None,
        ignored=resolve(ignore),
        suspicions=severity is Least.SUSPICION,
        redact=redact,
        ranges=form is Format.JSON and not quiet,
    )
    screen = Screen(color)
    chosen = select(paths, since, latest)
    report = reporter(form, screen, quiet=quiet, verbose=verbose)
    tally = Tally()
    try:
        with closing(_entries(chosen, options, jobs)) as entries:
            for entry in entries:
                tally.add(entry)
                if entry.error is not None:
                    screen.complain(entry.error.message)
                report.entry(entry)
                screen.status(f"{tally.files:,} of {chosen.count:,} files")
    except KeyboardInterrupt:
        screen.clear_status()
        raise KeyboardInterrupt(f"interrupted after {tally.files:,} of {chosen.count:,} files") from None
    summary = tally.summary()
    report.end(summary, chosen.passed_over)
    screen.clear_status()
    return summary.exit_code


def _entries(chosen: Selection, options: CheckOptions, jobs: int) -> Generator[FileEntry]:
    gc.freeze()  # what is loaded now stays: it need not be gone through again, here or in a forked worker
    for name, complaint in chosen.refused.items():
        yield troubled(name, TroubleKind.UNREADABLE, complaint)
    count = min(jobs, len(chosen.paths))
    if count > 1 and STDIN not in chosen.paths:  # a worker has no standard input
        from turnfold.tools.workers import Workers

        workers = Workers(count, functools.partial(check, options=options), _given_up)
        yield from workers.map(list(chosen.sizes()))
    else:
        for path in chosen.paths:
            yield check(path, options, cores=cores())


def cores() -> int:
    """How many cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):  # not everywhere
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _given_up(path: str, death: Exception) -> FileEntry:
    message = (
        f"{shown(path)}: the worker that verified it was lost ({death}); the other files are not affected"
    )
    return troubled(path, TroubleKind.KILLED, message)
