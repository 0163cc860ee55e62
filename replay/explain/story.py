"""The story of one turn as a fold: what led to its end, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from turnfold.events import (
    AbortBegan,
    AbortMarkerRecorded,
    AbortRequested,
    AgentMessageEmitted,
    AgentReasoningEmitted,
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    ErrorRaised,
    Event,
    HistoryCompacted,
    HistoryRolledBack,
    HookClosed,
    HookCompleted,
    HookDecided,
    HookStarted,
    ItemCompleted,
    ItemStarted,
    MessageRecorded,
    ReasoningRecorded,
    ReviewModeEntered,
    ReviewModeExited,
    SettingsApplied,
    ShutdownCompleted,
    TokenUsageReported,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    TurnContextRecorded,
    TurnRequested,
    TurnStarted,
    TurnSteered,
    UserInputRecorded,
)
from turnfold.replay.explain.facts import (
    CallFacts,
    DecisionFacts,
    EndFacts,
    Fact,
    HookFacts,
    QuestionFacts,
    Story,
)
from turnfold.replay.gist import (
    call_gist,
    command_text,
    gist,
    is_aborted,
    message_of,
    output_text,
    refusal,
    word_of,
)
from turnfold.replay.ledger import Ledger, LedgerTurn
from turnfold.replay.turn_fold import HARMLESS_ERRORS, error_name
from turnfold.replay.turn_rows import Opening
from turnfold.replay.user_text import MARKER, is_contextual
from turnfold.replay.walk import Moment
from turnfold.rollouts import Dialect, Profile

ENDS = frozenset({TurnCompleted, TurnAborted})
CALL_ITEMS = frozenset({"commandexecution", "filechange", "mcptoolcall", "dynamictoolcall"})
ESCALATED = "require_escalated"
"""What a call's arguments say that ask to be run outside of the sandbox (Codex 0.5x on)."""

Handler = Callable[[Moment, Any], None]


class StoryFold:
    """Feed it every moment of the session in order; `story` is complete at the end.

    *ledger* has seen the whole file already.
    """

    def __init__(self, turn: LedgerTurn, ledger: Ledger, profile: Profile) -> None:
        self.story = Story(turn=turn, position=ledger.position(turn), profile=profile)
        self._ids = {one.slot.turn_id for one in ledger.turns}
        self._bare = profile.dialect is Dialect.BARE
        self._item_text: str | None = None
        self._over = False
        self._anywhere: Mapping[type[Event], Handler] = {
            TurnContextRecorded: self._context,
            SettingsApplied: self._context,
            TurnRequested: self._turn_requested,
            ApprovalResolved: self._answered,
            ApprovalDropped: self._dropped,
            HookCompleted: self._hook_ended,
            HookClosed: self._hook_closed,
            ToolCallOutput: self._output,
            ToolCallClosed: self._call_closed,
            HistoryRolledBack: self._rolled_back,
            ShutdownCompleted: self._closed,
            TurnCompleted: self._ended,
            TurnAborted: self._ended,
        }
        self._within: Mapping[type[Event], Handler] = {
            TurnStarted: self._started,
            UserInputRecorded: lambda m, e: self._input(m, e.message),
            TurnSteered: lambda m, e: self._input(m, e.text),
            MessageRecorded: self._message,
            AgentMessageEmitted: lambda m, e: self._spoke(m, e.message),
            AgentReasoningEmitted: lambda m, _: self._spoke(m, None),
            ReasoningRecorded: lambda m, _: self._spoke(m, None),
            ItemStarted: self._item_started,
            ItemCompleted: self._item_completed,
            ToolCallRequested: self._call,
            ApprovalRequested: self._asked,
            HookStarted: self._hook_started,
            HookDecided: self._hook_decided,
            ErrorRaised: self._error,
            HistoryCompacted: self._compacted,
            ReviewModeEntered: self._review_entered,
            ReviewModeExited: self._review_left,
            TokenUsageReported: self._tokens,
            AbortRequested: self._abort_asked,
            AbortBegan: self._abort_began,
            AbortMarkerRecorded: lambda m, _: self._mark(m),
        }

    def feed(self, moment: Moment) -> None:
        """Take in one moment."""
        story, slot = self.story, self.story.turn.slot
        story.file_ends = fact(moment)
        if not self._over and story.turn.next_at == moment.line:
            self._over, story.cut_by = True, fact(moment)
        handler = self._anywhere.get(moment.kind)
        if handler is not None:
            handler(moment, moment.payload)
        if self._over:
            self._after(moment)
        elif moment.line >= slot.first_line:
            story.latest = fact(moment)
            within = self._within.get(moment.kind)
            if within is not None:
                within(moment, moment.payload)

    def _after(self, moment: Moment) -> None:
        story = self.story
        if story.turn.next_at and story.turn.next_at <= moment.line:
            story.next_begins = story.next_begins or fact(moment)
            said = self._user_text(moment)
            if story.next_input is None and said is not None:
                story.next_input = fact(moment, said)
            story.model_spoke_after = story.model_spoke_after or is_models(moment)
        elif moment.kind is MessageRecorded and (moment.payload.text or "").lstrip().startswith(MARKER):
            self._mark(moment)  # of a second, late end

    def _user_text(self, moment: Moment) -> str | None:
        event = moment.payload
        if moment.kind is UserInputRecorded:
            return str(event.message or "")
        if moment.kind is ItemCompleted and event.item_type.lower() == "usermessage":
            return str(event.text or "")
        if (
            self._bare
            and moment.kind is MessageRecorded
            and event.role == "user"
            and not is_contextual(event.text)
        ):
            return str(event.text or "")
        return None

    # The turn itself

    def _turn_requested(self, moment: Moment, event: Any) -> None:
        if moment.line < self.story.turn.slot.first_line:
            self.story.requested = fact(moment, event.text)

    def _started(self, moment: Moment, event: Any) -> None:
        if event.turn_id == self.story.turn.slot.turn_id:
            self.story.started = self.story.started or fact(moment)

    def _ended(self, moment: Moment, event: Any) -> None:
        slot = self.story.turn.slot
        unnamed = not self._over and moment.line >= slot.first_line and event.turn_id not in self._ids
        if event.turn_id != slot.turn_id and not unnamed:
            return
        completed = moment.kind is TurnCompleted
        error = getattr(event, "error", None)
        self.story.ends.append(
            EndFacts(
                told=fact(moment, message_of(error)),
                completed=completed,
                reason=None if completed else event.reason,
                failed=completed and (error is not None or getattr(event, "status", None) == "failed"),
                duration_ms=event.duration_ms,
            )
        )
        self._over = True

    def _context(self, moment: Moment, event: Any) -> None:
        if not self._over and event.approval_policy is not None:
            policy = event.approval_policy
            self.story.policy = policy if isinstance(policy, str) else "granular"

    def _rolled_back(self, moment: Moment, _: Any) -> None:
        if moment.line == self.story.turn.rolled_back_at:
            self.story.rolled_back = fact(moment)

    def _closed(self, moment: Moment, _: Any) -> None:
        self.story.closed = fact(moment)

    # What was said

    def _input(self, moment: Moment, text: object) -> None:
        if text is not None and text == self._item_text:
            self._item_text = None  # our own log has the item, then the message
            return
        story = self.story
        story.last_input = fact(moment, text)
        story.first_input = story.first_input or story.last_input
        story.inputs += 1

    def _message(self, moment: Moment, message: Any) -> None:
        text = message.text or ""
        if text.lstrip().startswith(MARKER):
            self._mark(moment)
        elif message.role == "assistant":
            self._spoke(moment, text)
        elif (said := self._user_text(moment)) is not None:
            self._input(moment, said)

    def _spoke(self, moment: Moment, text: object) -> None:
        quote = gist(text)
        if quote is None and self.story.model is not None and self.story.model.line == moment.line - 1:
            return  # the reasoning beside a message says less than the message
        self.story.model = Fact(moment.line, moment.at_s, quote)

    def _mark(self, moment: Moment) -> None:
        self.story.marker = fact(moment)

    # Calls, questions, hooks

    def _item_started(self, moment: Moment, item: Any) -> None:
        if item.item_type.lower() in CALL_ITEMS and item.item_id:
            self._add_call(item.item_id, CallFacts(fact(moment, item.text), item.item_type, item.item_id))

    def _item_completed(self, moment: Moment, item: Any) -> None:
        kind = item.item_type.lower()
        if kind == "usermessage":
            self._input(moment, item.text)
            self._item_text = item.text
        elif kind == "agentmessage":
            self._spoke(moment, item.text)
        else:
            call = self.story.calls.get(item.item_id)
            if call is not None and call.name == item.item_type:  # a call that is known by its item alone
                call.answered, call.item_status = fact(moment), item.status
                self.story.calls.settle(call.call_id)

    def _call(self, moment: Moment, call: Any) -> None:
        arguments = moment.detail("arguments", "input", "action")
        call_id = call.call_id or f"line {moment.line}"
        asked = Fact(moment.line, moment.at_s, call_gist(arguments))
        self._add_call(
            call_id, CallFacts(asked, call.name or call.call_type, call_id, ESCALATED in str(arguments))
        )

    def _add_call(self, call_id: str, call: CallFacts) -> None:
        self.story.calls.add(call_id, call)
        self.story.call_count += 1

    def _output(self, moment: Moment, answer: Any) -> None:
        call = self.story.calls.get(answer.call_id)
        if call is None:
            return
        text = output_text(moment.detail("output"))
        call.answered = fact(moment, text)
        call.aborted, call.refused = is_aborted(text), refusal(text)
        self.story.calls.settle(call.call_id)

    def _call_closed(self, moment: Moment, closed: Any) -> None:
        call = self.story.calls.get(closed.call_id)
        if call is not None:
            call.answered, call.closed = fact(moment, closed.message), closed.how

    def _asked(self, moment: Moment, asked: Any) -> None:
        command = command_text(asked.command) if asked.command else asked.reason
        self.story.questions.add(asked.approval_id, QuestionFacts(fact(moment, command), asked.call_id))

    def _answered(self, moment: Moment, answer: Any) -> None:
        question = self.story.questions.get(answer.approval_id)
        if question is not None and question.answered is None:
            question.decision = word_of(answer.decision)
            question.by, question.answered = answer.source, fact(moment, answer.message)
            self.story.questions.settle(answer.approval_id)

    def _dropped(self, moment: Moment, dropped: Any) -> None:
        question = self.story.questions.get(dropped.approval_id)
        if question is not None:
            question.dropped = fact(moment)

    def _hook_started(self, moment: Moment, run: Any) -> None:
        self.story.hooks.add(run.run_id, HookFacts(fact(moment), str(run.event_name)))

    def _hook_ended(self, moment: Moment, run: Any) -> None:
        known = self.story.hooks.get(run.run_id)
        if known is not None:
            said = "; ".join(entry.text for entry in getattr(run, "entries", None) or ())
            known.status, known.ended = run.status, fact(moment, said)
            self.story.hooks.settle(run.run_id)

    def _hook_closed(self, moment: Moment, closed: Any) -> None:
        known = self.story.hooks.get(closed.run_id)
        if known is not None:  # its turn took it along: it did not end by itself
            known.status = "closed"

    def _hook_decided(self, moment: Moment, decided: Any) -> None:
        told = fact(moment, decided.message)
        self.story.decision = DecisionFacts(
            told, str(decided.event_name), str(decided.decision), bool(decided.interrupt)
        )

    # The rest

    def _error(self, moment: Moment, error: Any) -> None:
        if not error.will_retry and error_name(error.error_code) not in HARMLESS_ERRORS:
            self.story.error = fact(moment, error.message)

    def _compacted(self, moment: Moment, _: Any) -> None:
        self.story.compacted = fact(moment)

    def _review_entered(self, moment: Moment, _: Any) -> None:
        self.story.review = fact(moment)

    def _review_left(self, moment: Moment, _: Any) -> None:
        self.story.review_left = fact(moment)

    def _tokens(self, moment: Moment, usage: Any) -> None:
        if usage.last is not None:
            self.story.tokens, self.story.window = usage.last.total_tokens, usage.model_context_window

    def _abort_asked(self, moment: Moment, asked: Any) -> None:
        if asked.turn_id in (None, self.story.turn.slot.turn_id):
            self.story.abort_asked = self.story.abort_asked or fact(moment)

    def _abort_began(self, moment: Moment, began: Any) -> None:
        self.story.abort_began, self.story.abort_by = fact(moment), began.by


def fact(moment: Moment, text: object = None) -> Fact:
    """What a moment proves, with the beginning of *text*."""
    return Fact(moment.line, moment.at_s, gist(text))


def is_models(moment: Moment) -> bool:
    """Whether the model made that record."""
    if moment.kind is MessageRecorded:
        return bool(moment.payload.role == "assistant")
    if moment.kind is ItemCompleted:
        return bool(moment.payload.item_type.lower() == "agentmessage")
    return moment.kind in (ReasoningRecorded, ToolCallRequested, AgentMessageEmitted)


def opens_explicitly(turn: LedgerTurn) -> bool:
    """Whether a start is recorded for it."""
    return turn.slot.opening is Opening.EXPLICIT
