"""A history in the making: the state so far, and what the contents of further events have to agree with."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import attrs

from turnfold.core import INITIAL, Call, CallPhase, IllegalEvent, NetworkPhase, State, TurnPhase, reduce
from turnfold.core.hooks import HookEvent, parse_run_id
from turnfold.events import (
    ApprovalResolved,
    Envelope,
    Event,
    ExecBegan,
    ExecEnded,
    ExecIntercepted,
    HookClosed,
    HookCompleted,
    HookDecided,
    HookStarted,
    InterceptionEnded,
    ItemCompleted,
    ItemStarted,
    MessageRecorded,
    ModelRequestFailed,
    ModelRequestStarted,
    ModelResponseCompleted,
    NetworkCallFinished,
    NetworkCallRegistered,
    NetworkOutcomeRecorded,
    ReviewEnded,
    SandboxDenied,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    ToolDecisionRecorded,
    TurnAborted,
    TurnCompleted,
    TurnReserved,
    TurnStarted,
    UserInputRecorded,
)

SESSION_ID: Final = "session"
START_US: Final = 1_776_100_000_000_000
STEP_US: Final = 1_000_000
HOSTS: Final = (("one.example", "http", 80), ("two.example", "https", 443))
CONFIGURED_IN: Final = "/home/ada/hooks.json"
STARTING: Final = (CallPhase.REQUESTED, CallPhase.SANDBOX_DENIED)
DECIDED: Final = (CallPhase.DECIDED, CallPhase.RETRY_DECIDED)
RUNNING: Final = (CallPhase.RUNNING, CallPhase.RETRYING)
RAN: Final = (CallPhase.RAN, CallPhase.RETRIED)
DENIALS: Final = frozenset({"denied", "timed_out", "abort", "aborted"})
FINAL_OUTCOMES: Final = frozenset({"denied_by_user", "interrupted"})


class History(list[Envelope]):
    """The envelopes of one session, in order. Printed as the call of `history_of` that makes it."""

    def __repr__(self) -> str:
        """The call, one event a line."""
        return "\n".join(("history_of(", *(f"    {envelope.event!r}," for envelope in self), ")"))

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))


def history_of(*events: Event) -> History:
    """The history of these events: numbered from 0, a second apart."""
    return History(sealed(event, seq) for seq, event in enumerate(events))


def sealed(event: Event, seq: int) -> Envelope:
    """The envelope in which *event* comes as number *seq*."""
    return Envelope(session_id=SESSION_ID, seq=seq, at_us=START_US + seq * STEP_US, event=event)


@attrs.define
class CallFacts:
    """What was said of one call, as far as later events have to agree with it."""

    call_type: str
    turn_id: str | None
    attempt: int = 1
    refused: bool = False
    """Whether a hook, a reviewer, the user or the decision itself keeps this attempt from happening."""
    judged: bool = False
    """Whether hooks decided this attempt: then nobody else is asked."""
    registration: str | None = None
    outcome: str | None = None
    ended: set[int] = attrs.field(factory=set[int])
    """Attempts whose command ended."""
    began: set[int] = attrs.field(factory=set[int])


@attrs.define
class Dispatch:
    """The runs of one hook event about one thing: they start in their order, and then complete in it."""

    first: HookStarted
    runs: list[HookStarted] = attrs.field(factory=list[HookStarted])
    done: int = 0
    blocked: bool = False


@attrs.define
class Telling:
    """The events so far, and what they say."""

    state: State = INITIAL
    log: History = attrs.field(factory=History)
    counts: Counter[type[Event]] = attrs.field(factory=Counter[type[Event]])
    calls: dict[str, CallFacts] = attrs.field(factory=dict[str, CallFacts])
    dispatches: dict[str, Dispatch] = attrs.field(factory=dict[str, Dispatch])
    """By the part of a run's id that all runs of a dispatch share."""
    undecided: dict[str, Dispatch] = attrs.field(factory=dict[str, Dispatch])
    """Dispatches whose runs are over, and of which no decision was recorded."""
    intercepted: dict[str, str] = attrs.field(factory=dict[str, str])
    """Call by the id of an interception that has not ended."""
    items: dict[str, ItemStarted] = attrs.field(factory=dict[str, ItemStarted])
    request_id: str | None = None
    """The request that the model is answering."""
    turns: int = 0
    """Turns that took the slot."""
    inputs_in_turn: int = 0
    user_turns: int = 0
    """Turns with an input, which a rollback may take back."""
    last_message: str | None = None
    """What the agent said last in this turn."""
    tokens: int = 0

    @property
    def turn_id(self) -> str | None:
        """The turn in the slot."""
        return None if self.state.turn is None else self.state.turn.turn_id

    @property
    def phase(self) -> TurnPhase:
        """Where that turn is."""
        return TurnPhase.NONE if self.state.turn is None else self.state.turn.phase

    @property
    def unused(self) -> tuple[str, ...]:
        """Inputs that a turn took and did not use, by id."""
        return tuple(entry.input_id or "" for entry in self.state.inputs if entry.turn_id is not None)

    @property
    def asking(self) -> bool:
        """Whether somebody is asked about a network target."""
        return any(host.phase is NetworkPhase.ASKING for host in self.state.hosts.values())

    def named(self, kind: type[Event], name: str) -> str:
        """A fresh id for what an event of *kind* opens."""
        return f"{name}-{self.counts[kind] + 1}"

    def fresh_turn(self) -> str:
        """A fresh id for a turn."""
        return f"turn-{self.turns + 1}"

    def open_calls(self, *phases: CallPhase) -> list[Call]:
        """The calls that are open, in one of *phases* if any are named."""
        return [call for call in self.state.calls.values() if not phases or call.phase in phases]

    def allows(self, event: Event) -> bool:
        """Whether the tables allow *event* next."""
        try:
            reduce(self.state, sealed(event, self.state.seq + 1))
        except IllegalEvent:
            return False
        return True

    def take(self, event: Event) -> None:
        """Let *event* happen. Raises IllegalEvent."""
        envelope = sealed(event, self.state.seq + 1)
        before = self.state
        self.state = reduce(before, envelope)
        self.log.append(envelope)
        self.counts[type(event)] += 1
        self._note_turn(before, event)
        self._note_call(event)
        self._note_hooks(event)
        self._note_rest(event)

    def _note_turn(self, before: State, event: Event) -> None:
        if before.turn is None and isinstance(event, TurnReserved | TurnStarted):
            self.turns += 1
        if isinstance(event, TurnStarted):
            self.inputs_in_turn, self.last_message, self.request_id = 0, None, None
            self.items.clear()
        elif isinstance(event, UserInputRecorded):
            self.user_turns += self.inputs_in_turn == 0
            self.inputs_in_turn += 1
        elif isinstance(event, TurnCompleted | TurnAborted):
            self.items.clear()
            self.intercepted.clear()
            self.undecided.clear()
        elif isinstance(event, MessageRecorded) and event.role == "assistant":
            self.last_message = event.text

    def _note_call(self, event: Event) -> None:
        facts = self.calls.get(getattr(event, "call_id", None) or "")
        if isinstance(event, ToolCallRequested) and event.call_id is not None:
            self.calls[event.call_id] = CallFacts(event.call_type, event.turn_id)
        elif facts is not None:
            self._note_of_call(facts, event)

    def _note_of_call(self, facts: CallFacts, event: Event) -> None:
        match event:
            case ToolDecisionRecorded(decision=decision):
                facts.refused = facts.refused or decision in DENIALS
            case ExecBegan(attempt=attempt):
                facts.began.add(attempt)
            case ExecEnded(attempt=attempt):
                facts.ended.add(attempt or 1)
            case SandboxDenied():
                facts.attempt, facts.refused, facts.judged = 2, False, False
            case ApprovalResolved(decision=decision) | ReviewEnded(status=decision) if (
                facts.attempt not in facts.began
            ):
                facts.refused = facts.refused or decision in DENIALS
            case NetworkCallRegistered(registration_id=registration):
                facts.registration, facts.outcome = registration, None
            case NetworkOutcomeRecorded(outcome=outcome):
                facts.outcome = outcome
            case NetworkCallFinished():
                facts.registration = None
            case ToolCallClosed() | ToolCallOutput():
                for interception in [key for key, call in self.intercepted.items() if call == event.call_id]:
                    del self.intercepted[interception]
            case _:
                pass

    def _note_hooks(self, event: Event) -> None:
        if isinstance(event, HookStarted):
            self.dispatches.setdefault(shared(event.run_id), Dispatch(event)).runs.append(event)
        elif isinstance(event, HookCompleted | HookClosed):
            key = shared(event.run_id)
            dispatch = self.dispatches[key]
            dispatch.done += 1
            dispatch.blocked |= isinstance(event, HookCompleted) and event.status == "blocked"
            facts = self.calls.get(dispatch.first.call_id or "")
            if facts is not None and dispatch.blocked and blocks(dispatch.first):
                facts.refused = facts.judged = True
            if dispatch.done == len(dispatch.runs):
                self.undecided[key] = self.dispatches.pop(key)
        elif isinstance(event, HookDecided) and event.run_id is not None:
            dispatch = self.undecided.pop(shared(event.run_id))
            facts = self.calls.get(dispatch.first.call_id or "")
            if facts is not None and event.decision is not None and blocks(dispatch.first):
                facts.judged = True
                facts.refused = facts.refused or event.decision != "allow"

    def _note_rest(self, event: Event) -> None:
        match event:
            case ModelRequestStarted(request_id=request_id):
                self.request_id = request_id
            case ModelResponseCompleted() | ModelRequestFailed():
                self.request_id = None
            case ExecIntercepted(approval_id=approval_id, call_id=call_id):
                self.intercepted[approval_id] = call_id
            case InterceptionEnded(approval_id=approval_id):
                del self.intercepted[approval_id]
            case ItemStarted(item_id=str(item_id)):
                self.items[item_id] = event
            case ItemCompleted(item_id=str(item_id)):
                self.items.pop(item_id, None)
            case _:
                pass


def shared(run_id: str) -> str:
    """What the ids of all runs of one dispatch have in common."""
    parts = parse_run_id(run_id)
    return f"{parts.event.label}:{parts.suffix or ''}"


def blocks(run: HookStarted) -> bool:
    """Whether a run that ends as `blocked` keeps the whole call from happening that it is about."""
    is_asked = run.event_name in {HookEvent.PRE_TOOL_USE.snake, HookEvent.PERMISSION_REQUEST.snake}
    return is_asked and "#" not in run.run_id
