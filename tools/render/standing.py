"""The text of `turnfold show`: how a session stands, each fact with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.text import Text

from turnfold.tools.documents.show import OpenEntry, ShowDocument, TurnEntry
from turnfold.tools.render.prose import MARK, QUIET, counted, safe
from turnfold.tools.render.times import moment

LABEL_WIDTH: Final = 13
DIGITS: Final = 6


def standing_lines(told: ShowDocument) -> Iterator[Text]:
    """All of it."""
    number = f", number {told.number}" if told.number is not None else ""
    yield Text.assemble(
        (f"{safe(told.file)}:{told.line}", MARK), (f"{number}  {moment(told.at_s)}  {told.dialect}", QUIET)
    )
    yield _fact(told, told.thread_line, "session", safe(told.thread_id or "no identity record so far"))
    yield _turn(told, told.turn)
    for thing in told.open:
        if not thing.is_stale:
            yield _fact(told, thing.line, thing.kind.replace("_", " "), _open(thing))
    stale = [thing for thing in told.open if thing.is_stale]
    for thing in stale:
        yield _fact(
            told, thing.line, f"left {thing.kind.replace('_', ' ')}", _open(thing) + ", its turn is over"
        )
    if not told.open:
        yield _fact(told, None, "open", "nothing that this file shows")
    if told.last_end is not None:
        end = told.last_end
        how = "completed" if end.completed else f"aborted: {end.reason or 'no reason given'}"
        whose = f"turn {end.position}" if end.position is not None else f"turn {safe(end.turn_id or '?')}"
        yield _fact(told, end.line, "last end", f"{whose} {how}")
    if told.tokens is not None:
        tokens = told.tokens
        last = f", {tokens.last:,} in the last request" if tokens.last is not None else ""
        window = f" of {tokens.window:,} that fit" if tokens.window and last else ""
        yield _fact(told, tokens.line, "tokens", f"{tokens.total:,} in all{last}{window}")
    if told.settings.line is not None:
        settings = told.settings
        parts = (settings.model, settings.cwd, settings.approval_policy, settings.sandbox_mode)
        yield _fact(told, settings.line, "settings", safe(", ".join(part for part in parts if part)))
    if told.history_items is not None:
        base = " since the compaction" if told.history_base else ""
        yield _fact(told, told.history_base, "history", f"{counted(told.history_items, 'item')}{base}")
    if told.invisible:
        yield Text(f"not visible in a file of this kind: {', '.join(told.invisible)}", style=QUIET)


def _fact(told: ShowDocument, line: int | None, label: str, text: str) -> Text:
    place = "" if line is None else f"{safe(told.file)}:{line}"
    return Text.assemble(
        (f"{place:<{len(safe(told.file)) + 1 + DIGITS}}  ", QUIET), (f"{label:<{LABEL_WIDTH}} ", MARK), text
    )


def _turn(told: ShowDocument, turn: TurnEntry | None) -> Text:
    if turn is None:
        return _fact(told, None, "turn", f"none is open; {counted(told.turns, 'turn')} so far")
    place = f"{turn.position} " if turn.position is not None else ""
    inputs = (
        f", {counted(len(turn.inputs), 'input')} at line {', '.join(map(str, turn.inputs))}"
        if turn.inputs
        else ""
    )
    return _fact(told, turn.line, "turn", f"{place}{safe(turn.turn_id)}, {_phase(turn)}{inputs}")


def _phase(turn: TurnEntry) -> str:
    if not turn.phases:
        return "open (no start is recorded)"
    if turn.phases == ("running",):
        return "running"
    if "running" in turn.phases:
        return "running, or being aborted unseen"
    return " or ".join(turn.phases)


def _open(thing: OpenEntry) -> str:
    name = f" {safe(thing.name)}" if thing.name else ""
    quote = f": {safe(thing.quote)}" if thing.quote else ""
    return f"{safe(thing.key)}{name}{quote}"
