"""The smallest file that still shows a finding: a rollout reduced by trying, with the rule itself as the judge.

Whole turns go first, then calls with their outputs, then lines; then the texts that are left become short, or
unreadable where that is asked for. Ids stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, cast

import attrs
import msgspec

from turnfold.replay.ddmin import ddmin
from turnfold.replay.findings import Finding
from turnfold.replay.record_texts import Text, replaced, texts_of
from turnfold.replay.trial import FindingAbsent, Progress, Row, Trial
from turnfold.rollouts.integrity import is_exact_line

__all__ = ["FindingAbsent", "Minimized", "minimize"]

SHORT: Final = "x"
"""What a text becomes when nothing depends on it. Not empty: an empty one could mean something."""
CHUNKS_MAX: Final = 256
"""Into how many pieces a damaged line is taken apart at most."""

_STARTS: Final = frozenset({"task_started", "turn_started", "turn/started"})

Rows = Sequence[Row]
Unit = list[Row]
"""Rows that are left out together."""


@attrs.frozen(kw_only=True)
class Minimized:
    """A small file, and what it took to get it."""

    data: bytes
    finding: Finding
    """The finding in it."""
    lines: tuple[int, ...]
    """Which lines of the whole file it consists of."""
    lines_before: int
    trials: int
    texts_kept: int
    """Texts that are as they were, since the finding needs them."""


def minimize(
    data: bytes,
    code: str,
    *,
    name: str = "rollout.jsonl",
    redact: Callable[[str], str] | None = None,
    progress: Progress | None = None,
) -> Minimized:
    """Return the smallest part of *data*, a whole file without compression, that shows the finding *code*.

    No single line of the result can be left out. The result depends on the arguments alone.

    Args:
        data: the file.
        code: of a rule or of damage. Of several findings the first one counts.
        name: the file's name, which some rules look at.
        redact: what to put in place of texts; without it, texts that do not matter become `SHORT`.
        progress: if given, is called before each trial.

    Raises:
        FindingAbsent: *data* does not show it.
    """
    whole = _rows(data)
    trial = Trial(whole, code, name, progress)
    rows = _fewer(whole, trial)
    rows, kept = _shorter(rows, trial, redact)
    if trial.finding.start is not None:
        rows = _cut(rows, trial)
    rows = ddmin(rows, trial)
    trial(rows)
    return Minimized(
        data=b"".join(row.data for row in rows),
        finding=trial.finding,
        lines=tuple(row.number for row in rows),
        lines_before=len(whole),
        trials=trial.count,
        texts_kept=kept,
    )


def _rows(data: bytes) -> list[Row]:
    *lines, tail = data.split(b"\n")
    rows = [Row(number, line + b"\n") for number, line in enumerate(lines, start=1)]
    return [*rows, Row(len(rows) + 1, tail)] if tail else rows


def _fewer(rows: list[Row], trial: Trial) -> list[Row]:
    """Leave out rows: all after the finding, turns, calls with their outputs, single rows."""
    if trial(rows[: trial.finding.line]):
        rows = rows[: trial.finding.line]
    for units in (_turns, _calls):
        rows = _joined(ddmin(units(rows), lambda chosen: trial(_joined(chosen))))
    return ddmin(rows, trial)


def _joined(units: Iterable[Unit]) -> list[Row]:
    return sorted((row for unit in units for row in unit), key=lambda row: row.number)


def _turns(rows: Rows) -> list[Unit]:
    """What stands before the first turn, then each turn with all that follows it."""
    units: list[Unit] = [[]]
    for row in rows:
        if any(part.get("type", part.get("method")) in _STARTS for part in _objects(row.data)):
            units.append([])
        units[-1].append(row)
    return [unit for unit in units if unit]


def _calls(rows: Rows) -> list[Unit]:
    """All rows about one call together, and each other row alone."""
    units: dict[object, Unit] = {}
    for row in rows:
        ids = (part.get("call_id", part.get("itemId")) for part in _objects(row.data))
        call_id = next((one for one in ids if isinstance(one, str)), None)
        units.setdefault(row.number if call_id is None else call_id, []).append(row)
    return list(units.values())


def _objects(line: bytes) -> Iterator[dict[str, Any]]:
    """The object on a line, and what it carries, in whichever dialect."""
    try:
        value: Any = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return
    while isinstance(value, dict):
        part = cast("dict[str, Any]", value)
        yield part
        value = next((part[key] for key in ("payload", "body", "params") if key in part), None)


def _shorter(rows: list[Row], trial: Trial, redact: Callable[[str], str] | None) -> tuple[list[Row], int]:
    """Replace all texts but those that the finding needs; also return how many that are."""
    replacement = redact or _short
    texts = [text for row in rows for text in texts_of(row.data, row.number)]
    if redact is None:
        texts = [text for text in texts if text.end - text.start > len(SHORT)]

    def without(kept: Iterable[Text]) -> list[Row]:
        stays, by_row = set(kept), dict[int, list[Text]]()
        for text in texts:
            if text not in stays:
                by_row.setdefault(text.row, []).append(text)
        return [row.with_data(replaced(row.data, by_row.get(row.number, ()), replacement)) for row in rows]

    kept = ddmin(texts, lambda chosen: trial(without(chosen)))
    return without(kept), len(kept)


def _short(text: str) -> str:
    del text
    return SHORT


def _cut(rows: list[Row], trial: Trial) -> list[Row]:
    """Take pieces out of damaged rows."""
    for index, row in enumerate(rows):
        if not is_exact_line(row.data):
            rows = _cut_row(rows, index, trial)
    return rows


def _cut_row(rows: list[Row], index: int, trial: Trial) -> list[Row]:
    row = rows[index]
    body = row.data.removesuffix(b"\n")
    step = -(-len(body) // CHUNKS_MAX) or 1

    def of(chunks: Sequence[bytes]) -> list[Row]:
        return [*rows[:index], row.with_data(b"".join((*chunks, row.data[len(body) :]))), *rows[index + 1 :]]

    chunks = [body[start : start + step] for start in range(0, len(body), step)]
    return of(ddmin(chunks, lambda chosen: trial(of(chosen))))
