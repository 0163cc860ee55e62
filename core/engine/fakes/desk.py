"""A desk without a session: events are folded by the real `reduce`, and answers are given by the test."""

from collections.abc import Callable

import attrs
import trio

from turnfold.core.engine.fakes.clock import CountedIds, TrioClock
from turnfold.core.engine.ports import TurnOver
from turnfold.core.lifecycle import IllegalEvent
from turnfold.core.reduce import reduce
from turnfold.core.state import INITIAL, State
from turnfold.events import (
    INTERRUPTED,
    AbortBegan,
    ApprovalRequested,
    ApprovalResolved,
    Envelope,
    Event,
    SessionMetaRecorded,
    ToolCallRequested,
    TurnStarted,
)

Answering = Callable[[ApprovalRequested], ApprovalResolved]


class BookDesk:
    """Keeps what is recorded in `log`, and refuses what the tables refuse.

    Args:
        answer: answers every question at once; without it a question waits for `resolve`.
    """

    def __init__(self, turn_id: str = "turn-1", answer: Answering | None = None) -> None:
        self._turn_id = turn_id
        self._state = INITIAL
        self._answer = answer
        self._waiting: dict[str, trio.Event] = {}
        self._answers: dict[str, ApprovalResolved] = {}
        self._clock = TrioClock()
        self._ids = CountedIds()
        self.log: list[Event] = []
        self.say(SessionMetaRecorded(session_id="session-1", cwd="/work"))
        self.say(TurnStarted(turn_id=turn_id, task_kind="regular"))

    @property
    def turn_id(self) -> str:
        """The turn."""
        return self._turn_id

    @property
    def state(self) -> State:
        """The fold of the log."""
        return self._state

    def now_us(self) -> int:
        """Trio's time."""
        return self._clock.now_us()

    def new_id(self, kind: str) -> str:
        """A counted id."""
        return self._ids.new(kind)

    def say(self, *events: Event) -> None:
        """Fold *events* from outside the turn. Raises IllegalEvent; then none of them happened."""
        state = self._state
        for event in events:
            envelope = Envelope(session_id="session-1", seq=state.seq + 1, at_us=self.now_us(), event=event)
            state = reduce(state, envelope)
        self._state = state
        self.log.extend(events)

    def request(self, call_id: str, name: str = "shell") -> None:
        """Let the model request a call, as every work on a call presumes."""
        self.say(ToolCallRequested(call_id=call_id, name=name, call_type="function_call"))

    async def record(self, *events: Event) -> None:
        """Fold *events*; TurnOver when the tables refuse one."""
        await trio.lowlevel.checkpoint()
        try:
            self.say(*events)
        except IllegalEvent as refusal:
            raise TurnOver(str(refusal)) from refusal

    async def interrupt(self, *events: Event, by: str) -> None:
        """Fold *events* and the beginning of an abort."""
        await self.record(*events, AbortBegan(turn_id=self._turn_id, reason=INTERRUPTED, by=by))

    async def ask(self, question: ApprovalRequested) -> ApprovalResolved:
        """Fold *question* and wait for its answer, which is folded too."""
        self._waiting[question.approval_id] = trio.Event()
        await self.record(question)
        if self._answer is not None:
            self.resolve(self._answer(question))
        await self._waiting[question.approval_id].wait()
        return self._answers[question.approval_id]

    def resolve(self, answer: ApprovalResolved) -> None:
        """Answer a question that waits, adding the call and the turn that it was asked for."""
        asked = self._state.approvals[answer.approval_id]
        answer = attrs.evolve(answer, call_id=asked.call_id, turn_id=self._turn_id)
        self.say(answer)
        self._answers[answer.approval_id] = answer
        self._waiting[answer.approval_id].set()
