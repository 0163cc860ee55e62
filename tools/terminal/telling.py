"""What happens in a session, as short lines for the person at its terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs

from turnfold.core.engine import News, Streamed
from turnfold.events import (
    ApprovalDropped,
    ApprovalResolved,
    EffectAbandoned,
    Event,
    HistoryCompacted,
    HistoryRolledBack,
    HookCompleted,
    ItemCompleted,
    JournalFailed,
    ModelRequestFailed,
    NetworkAccessRefused,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    WarningRaised,
)
from turnfold.replay.gist import call_gist, gist, message_of, output_text
from turnfold.tools.render import safe

OUTPUT_LINES_MAX: Final = 5
"""Lines of a call's output that are shown; the model gets all of them."""

_CONTROL: Final = re.compile(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@attrs.frozen
class Told:
    """Something to show."""

    text: str
    style: str = ""
    """`quiet`, `mark`, `ask`, `error`, `you`, or nothing."""
    whole: bool = True
    """Whether it is a whole line; else a piece of what the model is saying."""


def shown(text: str) -> str:
    """*text* with its lines, and without characters that a terminal would obey."""
    return _CONTROL.sub(lambda found: safe(found[0]), text)


class Teller:
    """Turns news into lines. What was streamed is not told again when it is complete."""

    def __init__(self) -> None:
        self._streamed = False
        self._names: dict[str, str] = {}
        """Open calls: their tool's name by their id."""
        self._beside = False
        """Whether several calls were open at once: then each output says whose it is."""

    def tell(self, news: News) -> Iterator[Told]:
        """What to show of *news*; of most events nothing."""
        if isinstance(news, Streamed):
            if news.channel == "message":
                self._streamed = True
                yield Told(shown(news.text), whole=False)
            return
        yield from self._event(news.event)

    def _event(self, event: Event) -> Iterator[Told]:
        match event:
            case ItemCompleted(item_type="AgentMessage"):
                yield from self._message(event)
            case ToolCallRequested():
                name = safe(event.name or event.call_type)
                self._names[event.call_id or ""] = name
                self._beside = len(self._names) > 1
                what = call_gist(event.arguments)
                yield Told(f"• {name}: {safe(what)}" if what else f"• {name}", "mark")
            case ToolCallOutput():
                name = self._names.pop(event.call_id or "", "")
                yield from _output(event, f"{name}: " if self._beside and name else "")
                self._beside = self._beside and bool(self._names)
            case ToolCallClosed():
                name = self._names.pop(event.call_id or "", "call")
                yield Told(f"  └ {name} was ended: {safe(event.message or event.how)}", "quiet")
            case HookCompleted(status="blocked" | "failed" | "stopped"):
                text = "; ".join(_entries(event))
                yield Told(f"  hook {event.event_name} {event.status}: {safe(text)}", "ask")
            case TurnAborted() | TurnCompleted():
                self._streamed = False
                self._names.clear()
                yield from _end(event)
            case _:
                yield from _rare(event)

    def _message(self, event: ItemCompleted) -> Iterator[Told]:
        if self._streamed:
            self._streamed = False
            yield Told("\n", whole=False)
        elif event.text:
            yield Told(shown(event.text))


def _entries(event: HookCompleted) -> Iterator[str]:
    for entry in event.entries or ():
        yield str(entry.text)


def _output(event: ToolCallOutput, whose: str) -> Iterator[Told]:
    lines = output_text(event.output).splitlines()
    style = "error" if event.success is False else "quiet"
    if not lines:
        yield Told(f"  └ {whose}(no output)", style)
    for number, line in enumerate(lines[:OUTPUT_LINES_MAX]):
        yield Told(f"  └ {whose}{safe(line)}" if number == 0 else f"    {safe(line)}", style)
    if len(lines) > OUTPUT_LINES_MAX:
        yield Told(f"    … {len(lines) - OUTPUT_LINES_MAX} more lines", style)


def _end(event: TurnAborted | TurnCompleted) -> Iterator[Told]:
    if isinstance(event, TurnAborted):
        yield Told(f"— the turn was ended: {event.reason or 'interrupted'}", "ask")
    elif event.error is not None:
        yield Told(f"— the turn failed: {safe(str(message_of(event.error)))}", "error")
    else:
        yield Told("— done", "quiet")


def _rare(event: Event) -> Iterator[Told]:
    match event:
        case ApprovalResolved():
            yield Told(f"  {event.decision} by {event.source or 'somebody'}", "quiet")
        case ApprovalDropped():
            yield Told("  the question was withdrawn", "quiet")
        case ModelRequestFailed(will_retry=True):
            yield Told(f"  the request failed, it is tried again: {safe(event.message or '')}", "ask")
        case NetworkAccessRefused():
            yield Told(f"  refused: network access to {safe(str(event.host))}", "ask")
        case HistoryCompacted():
            yield Told("— the history was replaced by a summary", "quiet")
        case HistoryRolledBack():
            yield Told(f"— rolled back: {event.num_turns} of your turns", "quiet")
        case EffectAbandoned():
            yield Told(f"  {safe(event.effect_id)} did not stop and is left to itself", "ask")
        case JournalFailed() | WarningRaised():
            yield Told(f"  warning: {safe(gist(event.message) or '')}", "ask")
        case _:
            pass
