"""What is known of one turn's end: the material of an explanation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

import attrs

from turnfold.replay.ledger import LedgerTurn
from turnfold.rollouts import Profile

SETTLED_MAX = 4
"""How many things that are over are remembered: the last ones tell why the next step was taken."""


@attrs.frozen
class Fact:
    """A record that says something."""

    line: int
    at_s: float | None
    quote: str | None = None
    """The beginning of what somebody wrote there."""


@attrs.define
class CallFacts:
    """A tool call."""

    asked: Fact
    name: str
    call_id: str
    escalated: bool = False
    """Whether its arguments ask for more than the sandbox allows, so that somebody had to approve."""
    answered: Fact | None = None
    aborted: bool = False
    """Whether its output says that an interrupt ended it."""
    closed: str | None = None
    """How it was closed without output, in a log of ours: `interrupted`, `rejected`, `abandoned`."""
    refused: str | None = None
    """The words with which it was refused; None when it was not."""
    item_status: str | None = None
    """Status with which its thread item ended (captures)."""


@attrs.define
class QuestionFacts:
    """A question for approval."""

    asked: Fact
    call_id: str | None
    decision: str | None = None
    by: str | None = None
    answered: Fact | None = None
    dropped: Fact | None = None
    """The question was withdrawn without an answer."""


@attrs.define
class HookFacts:
    """A run of a hook."""

    started: Fact
    event_name: str
    status: str | None = None
    ended: Fact | None = None


@attrs.frozen
class DecisionFacts:
    """What all hooks of an event came to (our own log)."""

    told: Fact
    event_name: str
    decision: str
    interrupt: bool


@attrs.frozen
class EndFacts:
    """A terminal."""

    told: Fact
    """Its quote is the error's message."""
    completed: bool
    """`task_complete`, not `turn_aborted`."""
    reason: str | None
    failed: bool
    """Whether it says that the turn failed."""
    duration_ms: int | None


V = TypeVar("V")


class Recent(Generic[V]):
    """Things by id: all that are open, and the last few that are over."""

    def __init__(self) -> None:
        self._by_id: dict[str, V] = {}
        self._settled: list[str] = []

    def __iter__(self) -> Iterator[V]:
        return iter(self._by_id.values())

    def add(self, key: str, value: V) -> None:
        """Note a new one."""
        self._by_id[key] = value

    def get(self, key: str | None) -> V | None:
        """The one of that id, if it is remembered."""
        return self._by_id.get(key or "")

    def settle(self, key: str) -> None:
        """That one is over: it may be forgotten when newer ones are."""
        self._settled.append(key)
        if len(self._settled) > SETTLED_MAX:
            self._by_id.pop(self._settled.pop(0), None)


@attrs.define(kw_only=True)
class Story:
    """One turn, from its request to what came of it. Bounded: only the first, the last and the open is kept."""

    turn: LedgerTurn
    position: int | None
    profile: Profile
    requested: Fact | None = None
    started: Fact | None = None
    first_input: Fact | None = None
    last_input: Fact | None = None
    inputs: int = 0
    policy: str | None = None
    """Approval policy in force."""
    model: Fact | None = None
    """The last that the model said or thought."""
    calls: Recent[CallFacts] = attrs.field(factory=Recent[CallFacts])
    call_count: int = 0
    questions: Recent[QuestionFacts] = attrs.field(factory=Recent[QuestionFacts])
    hooks: Recent[HookFacts] = attrs.field(factory=Recent[HookFacts])
    decision: DecisionFacts | None = None
    error: Fact | None = None
    """The last error that was not going to be tried again."""
    compacted: Fact | None = None
    review: Fact | None = None
    """Review mode was entered."""
    review_left: Fact | None = None
    tokens: int | None = None
    """Tokens of the last request, of which the context window holds so many."""
    window: int | None = None
    abort_asked: Fact | None = None
    abort_began: Fact | None = None
    abort_by: str | None = None
    marker: Fact | None = None
    ends: list[EndFacts] = attrs.field(factory=list[EndFacts])
    """Its terminals, in order of line."""
    latest: Fact | None = None
    """Its last record before the end."""
    cut_by: Fact | None = None
    """The start that cut it off."""
    next_begins: Fact | None = None
    next_input: Fact | None = None
    model_spoke_after: bool = False
    """Whether the model was asked again later."""
    rolled_back: Fact | None = None
    closed: Fact | None = None
    """The session was closed."""
    file_ends: Fact | None = None
    """The last record of the file."""
    damage: str | None = None
    """Code of damage at the very end of the file."""

    @property
    def end(self) -> EndFacts | None:
        """Its first terminal."""
        return self.ends[0] if self.ends else None

    @property
    def end_line(self) -> int:
        """Line at which it was over, as far as the file says."""
        if self.end is not None:
            return self.end.told.line
        return self.cut_by.line if self.cut_by is not None else self.turn.slot.last_line + 1

    def was_open(self, closing: Fact | None) -> bool:
        """Whether something that *closing* closes was open when the turn was over."""
        return closing is None or closing.line >= self.end_line

    @property
    def last_input_unheard(self) -> bool:
        """Whether the user added something after which nothing of the model is recorded."""
        if self.last_input is None or self.inputs < 2:
            return False
        heard = [self.model, *(call.asked for call in self.calls)]
        return all(fact is None or fact.line < self.last_input.line for fact in heard)

    @property
    def open_calls(self) -> list[CallFacts]:
        """Calls without output when the turn was over."""
        return [call for call in self.calls if self.was_open(call.answered)]

    @property
    def aborted_calls(self) -> list[CallFacts]:
        """Calls that an interrupt ended, as their output or their closing says."""
        return [call for call in self.calls if call.aborted or call.closed == "interrupted"]

    @property
    def open_questions(self) -> list[QuestionFacts]:
        """Questions that nobody had answered when the turn was over."""
        return [asked for asked in self.questions if self.was_open(asked.answered)]

    @property
    def open_hooks(self) -> list[HookFacts]:
        """Hook runs that had not ended when the turn was over."""
        return [run for run in self.hooks if self.was_open(run.ended)]
