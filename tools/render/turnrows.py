"""The rows of `turnfold turns`: cells for machines, lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from rich.text import Text

from turnfold.replay.turn_rows import TurnRow
from turnfold.tools.render.prose import MARK, QUIET, STYLES, safe

COLUMNS: Final = (
    "file",
    "thread_id",
    "turn_id",
    "position",
    "status",
    "started_at",
    "completed_at",
    "duration_ms",
)
"""Attributes of `TurnRow` that are columns, named as the vendor's own projection names them."""

STATUS_STYLES: Final = {
    "completed": STYLES["valid"],
    "interrupted": STYLES["suspicion"],
    "failed": STYLES["violation"],
    "inProgress": "cyan",
}


def cells(row: TurnRow) -> tuple[str, ...]:
    """The columns as text; what is not known is empty."""
    values = (getattr(row, name) for name in COLUMNS)
    return tuple("" if value is None else safe(str(value)) for value in values)


def turn_lines(path: str, rows: Sequence[TurnRow]) -> Iterator[Text]:
    """The turns of one file under its name. Times are UTC."""
    yield Text.assemble((safe(path), MARK), (f"  {rows[0].thread_id}" if rows else "  no turns", QUIET))
    places = [f"{safe(path)}:{row.first_line}" for row in rows]
    place_width = max(map(len, places), default=0)
    for row, place in zip(rows, places, strict=True):
        yield Text.assemble(
            (f"{row.position:>5}  ", QUIET),
            (f"{row.status:<11}", STATUS_STYLES[row.status]),
            f"  {_time(row.began_at):<19}  {_duration(row):>9}  ",
            (f"{place:<{place_width}}", MARK),
            (f"  {safe(row.turn_id)}", QUIET),
            f"  {safe(row.preview)}" if row.preview else "",
        )


def _time(unix_s: int | None) -> str:
    if unix_s is None:
        return ""
    try:
        return f"{datetime.fromtimestamp(unix_s, UTC):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, OSError, ValueError):  # a file may say anything
        return str(unix_s)


def _duration(row: TurnRow) -> str:
    """As the terminal says it; else from start to end, in whole seconds."""
    if row.duration_ms is not None:
        return _span(row.duration_ms / 1000, exact=True)
    if row.began_at is None or row.completed_at is None:
        return ""
    return _span(row.completed_at - row.began_at, exact=False)


def _span(seconds: float, *, exact: bool) -> str:
    """`0.4 s`, `12 s`, `3m 07s`, `2h 05m`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if exact else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest:02}s"
    return f"{minutes // 60}h {minutes % 60:02}m"
