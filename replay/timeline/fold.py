"""The timeline as a fold: moments in, entries out. Memory is bounded by what is open and by the number of turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import attrs

from turnfold.events import (
    AbortMarkerRecorded,
    AgentMessageEmitted,
    CompactionNoted,
    Event,
    HistoryCompacted,
    ItemCompleted,
    ItemStarted,
    MessageRecorded,
    TokenUsageReported,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    UserInputRecorded,
)
from turnfold.replay.gist import call_gist, gist, is_aborted, message_of, output_text, refusal
from turnfold.replay.ledger import Ledger, LedgerTurn
from turnfold.replay.timeline.entries import Entry, EntryKind, Told
from turnfold.replay.timeline.telling import TELLERS, Teller
from turnfold.replay.timeline.twins import Form, Twins
from turnfold.replay.turn_rows import Opening, TurnStatus
from turnfold.replay.user_text import HOOK_PROMPT, MARKER, is_contextual
from turnfold.replay.walk import Moment

IDLE_S: Final = 30.0
"""Shorter gaps between records are the ordinary waiting for a model or a tool."""

CALL_ITEMS: Final = frozenset(
    {"commandexecution", "filechange", "mcptoolcall", "dynamictoolcall", "websearch"}
)
"""Types of thread items that are calls, in the spelling that captures and paginated files have in common."""


@attrs.frozen
class OpenCall:
    """A call that has no output yet."""

    line: int
    at_s: float | None
    name: str
    is_item: bool = False
    """Whether a thread item began it: then the item's end is its output, else that is only the end of the command."""


class TimelineFold:
    """Feed it every moment of a session in order.

    Args:
        bare: whether the file has no envelopes, so that only the model's history says what the user asked.
    """

    def __init__(self, *, bare: bool = False) -> None:
        self.ledger = Ledger(bare=bare)
        self._bare = bare
        self._twins = Twins()
        self._calls: dict[str, OpenCall] = {}
        self._began_s: float | None = None
        self._turn: LedgerTurn | None = None
        self._turn_began_s: float | None = None
        self._inputs = 0
        self._total: object = None
        self._last_s: float | None = None
        self._idle_s: float | None = None
        self._tellers: Mapping[type[Event], Teller] = {
            **TELLERS,
            TurnCompleted: self._ended,
            TurnAborted: self._ended,
            MessageRecorded: self._message,
            AbortMarkerRecorded: self._marker,
            UserInputRecorded: self._user_input,
            AgentMessageEmitted: self._agent_message,
            ItemStarted: self._item_started,
            ItemCompleted: self._item_completed,
            ToolCallRequested: self._call,
            ToolCallOutput: self._output,
            ToolCallClosed: self._closed,
            TokenUsageReported: self._tokens,
            HistoryCompacted: self._compacted,
            CompactionNoted: self._compaction_noted,
        }

    def feed(self, moment: Moment) -> Iterator[Entry]:
        """Yield what one moment adds: mostly one entry or none."""
        self._keep_time(moment.at_s)
        left = self._turn
        self.ledger.feed(moment)
        turn = self.ledger.current
        if turn is not None and turn is not self._turn:
            self._enter(turn, moment)
            yield self._entry(moment, self._opening(turn, left))
        elif turn is None and moment.kind not in ENDS:
            self._turn = self._turn_began_s = None
        teller: Callable[[Moment], Told | None] | None = self._tellers.get(moment.kind)
        told = teller(moment) if teller is not None else None
        if told is not None:
            yield self._entry(moment, told)
        if turn is None:
            self._turn = self._turn_began_s = None

    def _entry(self, moment: Moment, told: Told) -> Entry:
        idle, self._idle_s = self._idle_s, None
        return Entry(
            line=moment.line,
            told=told,
            turn_id=told.turn_id or (self._turn.slot.turn_id if self._turn else None),
            at_s=moment.at_s,
            since_session_s=_between(self._began_s, moment.at_s),
            since_turn_s=_between(self._turn_began_s, moment.at_s),
            idle_s=idle,
        )

    def _keep_time(self, at_s: float | None) -> None:
        if at_s is None:
            return
        if self._began_s is None:
            self._began_s = at_s
        gap = _between(self._last_s, at_s)
        if gap is not None and gap >= IDLE_S:
            self._idle_s = max(gap, self._idle_s or 0.0)
        self._last_s = at_s

    # Turns

    def _enter(self, turn: LedgerTurn, moment: Moment) -> None:
        self._turn, self._turn_began_s, self._inputs = turn, moment.at_s, 0
        self._twins.forget()

    def _opening(self, turn: LedgerTurn, left: LedgerTurn | None) -> Told:
        place = self.ledger.position(turn)
        text = f"turn {place} begins"  # its place as of now: a rollback gives places away again
        if turn.slot.opening is not Opening.EXPLICIT:
            text += " (no start is recorded)" if turn.slot.opening is Opening.IMPLICIT else " (a compaction)"
        cut = (
            left is not None
            and left.slot.opening is Opening.EXPLICIT
            and left.slot.status is TurnStatus.IN_PROGRESS
        )
        if left is not None and cut:
            text += f"; turn {self.ledger.position(left)} was still open"
        return Told(
            kind=EntryKind.TURN, text=text, of_line=left.slot.first_line if left is not None and cut else None
        )

    def _ended(self, moment: Moment) -> Told:
        end, turn = moment.payload, self._turn
        named: str | None = None
        word = "completed" if moment.kind is TurnCompleted else f"aborted: {end.reason or 'no reason given'}"
        if moment.kind is TurnCompleted and (
            end.error is not None or getattr(end, "status", None) == "failed"
        ):
            word = "failed"
        if turn is None or (end.turn_id and end.turn_id != turn.slot.turn_id):
            named = end.turn_id or None
            word += f"; that is {self.ledger.name_of(named)}"
        took = None if end.duration_ms is None else end.duration_ms / 1000
        self._twins.forget()
        return Told(
            kind=EntryKind.END,
            text=word,
            took_s=took,
            quote=gist(message_of(getattr(end, "error", None))),
            turn_id=named,
        )

    # What is said

    def _message(self, moment: Moment) -> Told | None:
        message = moment.payload
        text = message.text or ""
        if text.lstrip().startswith(MARKER):
            return self._marker(moment)
        if message.role == "assistant":
            return self._said(Form.FOR_MODEL, "model", text)
        if message.role != "user":
            return None
        if text.startswith(HOOK_PROMPT):
            return Told(kind=EntryKind.HOOK, text="a hook makes the model go on", quote=gist(text))
        # Where there are twins, those for clients say what is the user's own; Codex says much in the user's name.
        return self._said(Form.FOR_MODEL, "user", text) if self._bare and not is_contextual(text) else None

    def _marker(self, moment: Moment) -> Told:
        return Told(
            kind=EntryKind.MARKER, text=f"the model is told of the interrupt, as {moment.payload.role}"
        )

    def _user_input(self, moment: Moment) -> Told | None:
        return self._said(Form.FOR_CLIENTS, "user", moment.payload.message or "")

    def _agent_message(self, moment: Moment) -> Told | None:
        return self._said(Form.FOR_CLIENTS, "model", moment.payload.message or "")

    def _said(self, form: Form, speaker: str, text: str) -> Told | None:
        if self._twins.is_second(form, speaker, text):
            return None
        if speaker == "model":
            return Told(kind=EntryKind.MODEL, text="says", quote=gist(text))
        self._inputs += 1
        steered = self._turn is not None and self._inputs > 1
        return Told(
            kind=EntryKind.STEER if steered else EntryKind.INPUT,
            text="the user adds" if steered else "the user says",
            quote=gist(text),
        )

    # Items and calls

    def _item_started(self, moment: Moment) -> Told | None:
        item = moment.payload
        if item.item_type.lower() not in CALL_ITEMS or not item.item_id:
            return None
        self._calls[item.item_id] = OpenCall(moment.line, moment.at_s, item.item_type, is_item=True)
        return Told(kind=EntryKind.CALL, text=item.item_type)

    def _item_completed(self, moment: Moment) -> Told | None:
        item = moment.payload
        match item.item_type.lower():
            case "usermessage":
                return self._said(Form.AS_ITEM, "user", item.text or "")
            case "agentmessage":
                return self._said(Form.AS_ITEM, "model", item.text or "")
            case _ if item.item_id in self._calls and self._calls[item.item_id].is_item:
                text = f"{item.item_type} ends: {item.status or 'no status'}"
                return self._answer(moment, item.item_id, text, None)
            case _:
                return None

    def _call(self, moment: Moment) -> Told:
        call = moment.payload
        name = call.name or call.call_type
        if call.call_id:
            self._calls[call.call_id] = OpenCall(moment.line, moment.at_s, name)
        return Told(
            kind=EntryKind.CALL, text=name, quote=call_gist(moment.detail("arguments", "input", "action"))
        )

    def _output(self, moment: Moment) -> Told:
        answer = moment.payload
        text = output_text(moment.detail("output"))
        call = self._calls.get(answer.call_id or "")
        name = call.name if call else "a call that is not here"
        how = "aborted" if is_aborted(text) else "refused" if refusal(text) is not None else "returns"
        return self._answer(moment, answer.call_id or "", f"{name} {how}", gist(text))

    def _closed(self, moment: Moment) -> Told:
        closed = moment.payload
        return self._answer(
            moment, closed.call_id, f"call closed without output: {closed.how}", gist(closed.message)
        )

    def _answer(self, moment: Moment, call_id: str, text: str, quote: str | None) -> Told:
        call = self._calls.pop(call_id, None)
        return Told(
            kind=EntryKind.OUTPUT,
            text=text,
            quote=quote,
            of_line=call.line if call else None,
            took_s=_between(call.at_s, moment.at_s) if call else None,
        )

    # The history and its size

    def _tokens(self, moment: Moment) -> Told | None:
        total, last = moment.payload.total, moment.payload.last
        if total is None or total.total_tokens == self._total:
            return None
        self._total = total.total_tokens
        text = f"{total.total_tokens:,} in all"
        if last is not None:
            text += f", {last.input_tokens:,} in and {last.output_tokens:,} out this time"
        return Told(kind=EntryKind.TOKENS, text=text)

    def _compacted(self, moment: Moment) -> Told:
        count = moment.payload.replacement_count
        text = "the history is compacted" + ("" if count is None else f" to {count} items")
        return Told(kind=EntryKind.COMPACTION, text=text, quote=gist(moment.payload.message))

    def _compaction_noted(self, moment: Moment) -> Told | None:
        return (
            Told(kind=EntryKind.COMPACTION, text="the history is compacted")
            if moment.detail("turn_id")
            else None
        )


ENDS: Final = frozenset({TurnCompleted, TurnAborted})


def _between(earlier: float | None, later: float | None) -> float | None:
    return None if earlier is None or later is None else round(later - earlier, 3)
