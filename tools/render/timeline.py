"""The lines of `turnfold timeline`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.text import Text

from turnfold.tools.documents.timeline import TimelineEntry
from turnfold.tools.render.prose import MARK, QUIET, STYLES, safe
from turnfold.tools.render.times import offset, span

KIND_STYLES: Final = {
    "turn": MARK,
    "end": MARK,
    "input": "cyan",
    "steer": "cyan",
    "model": "green",
    "call": "blue",
    "output": "blue",
    "approval": "yellow",
    "hook": "yellow",
    "abort": "magenta",
    "marker": "magenta",
    "rollback": "magenta",
    "compaction": "magenta",
    "error": STYLES["error"],
    "tokens": QUIET,
}
"""Style of a kind's name; the others are plain."""

KIND_WIDTH: Final = len("compaction")
DIGITS: Final = 6
"""Room for line numbers: how many there will be is not known while the file is being read."""


def entry_lines(file: str, entry: TimelineEntry) -> Iterator[Text]:
    """One entry: an empty line before a turn, a gap where nothing was recorded, then what happened."""
    if entry.kind == "turn":
        yield Text()
    if entry.idle_s is not None:
        yield Text(
            f"{'':<{len(safe(file)) + 1 + DIGITS}}  ··· {span(entry.idle_s)} without a record", style=QUIET
        )
    style = STYLES[entry.severity] if entry.severity else KIND_STYLES.get(entry.kind, "")
    line = Text.assemble(
        (f"{f'{safe(file)}:{entry.line}':<{len(safe(file)) + 1 + DIGITS}}", QUIET),
        (f"{offset(entry.since_session_s):>10}", QUIET),
        (f"{f'+{entry.since_turn_s:.2f}' if entry.since_turn_s is not None else '':>10}  ", QUIET),
        "" if entry.turn_id is None or entry.kind == "turn" else "  ",
        (f"{entry.kind:<{KIND_WIDTH}}  ", style),
        (safe(entry.text), style if entry.severity or entry.kind in ("turn", "end", "error") else ""),
    )
    if entry.quote:
        line.append(f": {safe(entry.quote)}" if entry.kind != "finding" else "")
    if entry.took_s is not None:
        line.append(
            f"  ({span(entry.took_s)}{f', line {entry.of_line}' if entry.of_line else ''})", style=QUIET
        )
    elif entry.of_line is not None:
        line.append(f"  (line {entry.of_line})", style=QUIET)
    yield line
