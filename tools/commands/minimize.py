"""`turnfold minimize`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from turnfold.replay.minimizer import FindingAbsent, Minimized, minimize
from turnfold.rollouts import open_source
from turnfold.rollouts.source import STDIN
from turnfold.tools import options as common
from turnfold.tools.check import shown
from turnfold.tools.codes import resolve
from turnfold.tools.copies import new_file, refuse_target
from turnfold.tools.exits import Complaint, ExitCode
from turnfold.tools.redact import redacted_text
from turnfold.tools.render.prose import counted
from turnfold.tools.screen import Screen
from turnfold.tools.select import the_one


@click.command()
@click.argument("path", type=click.Path())
@click.option("--rule", required=True, metavar="CODE", help="The finding to keep: a code or its name.")
@click.option("--out", "-o", metavar="FILE", help="Write the result there instead of to standard output.")
@click.option("--force", is_flag=True, help="Let it take the place of another file (never of the source).")
@common.redact_option
def command(*, path: str, rule: str, out: str | None, force: bool, redact: bool) -> int:
    """Reduce a session to the smallest one that still shows a finding, to file or to understand a bug.

    PATH is a rollout file, the beginning of a session id, or - for standard input. It is only ever read.

    Turns, calls and lines that the finding does not need are left out (no single line more could be), and texts that
    it does not need become an x; ids stay. The same file gives the same result. Of several findings of a rule the
    first is kept. With --redact, texts become their length and hash.
    """
    path, code = the_one(path), _the_code(rule)
    if out not in (None, STDIN):
        refuse_target(Path(str(out)), path, force=force)  # before the work is done, not after
    screen = Screen()
    with open_source(path) as source:
        data = b"".join(block.data for block in source.blocks())
    try:
        found = minimize(
            data,
            code,
            name=Path(out if out not in (None, STDIN) else path).name,
            redact=redacted_text if redact else None,
            progress=lambda lines, trials: screen.status(f"{lines:,} lines left, {trials:,} trials"),
        )
    except FindingAbsent as absent:
        raise Complaint(f"{shown(path)}: {absent}") from None
    screen.clear_status()
    if out is None or out == STDIN:
        sys.stdout.buffer.write(found.data)
        sys.stdout.buffer.flush()
    else:
        with new_file(Path(out), path, force=force) as file:
            file.write(found.data)
    _report(found, out, redact=redact)
    return ExitCode.OK


def _the_code(word: str) -> str:
    codes = sorted(resolve([word]))
    if len(codes) > 1:
        raise Complaint(f"{word} stands for {', '.join(codes[:5])} …; name one of them")
    return codes[0]


def _report(found: Minimized, out: str | None, *, redact: bool) -> None:
    """Say on standard error what came of it: standard output may be the file."""
    listed = ", ".join(f"{line:,}" for line in found.lines[:12]) + (", …" if len(found.lines) > 12 else "")
    where = f" → {shown(out)}" if out not in (None, STDIN) else ""
    print(
        f"{found.finding.code} needs {len(found.lines):,} of {counted(found.lines_before, 'line')}"
        f" ({listed}), {counted(len(found.data), 'byte')}; {counted(found.trials, 'trial')}{where}",
        file=sys.stderr,
    )
    if found.texts_kept and redact:
        kept = counted(found.texts_kept, "text")
        print(
            f"not redacted, since the finding depends on it: {kept}; look before you share", file=sys.stderr
        )
