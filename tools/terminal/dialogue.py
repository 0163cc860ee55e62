"""The conversation of a person, or of a list of inputs, with a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from turnfold.core.engine import Session, Subscription
from turnfold.core.results import Done, Interrupted, Refused
from turnfold.events import (
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    Envelope,
    Event,
    TurnAborted,
    TurnCompleted,
)
from turnfold.tools.terminal import orders
from turnfold.tools.terminal.questions import Reply, lines_of, reply_of
from turnfold.tools.terminal.telling import Teller, Told, shown

BUSY = "a turn is running: end it first, with Esc or /interrupt"


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of a line."""

    quits: bool = False
    handed_back: str = ""
    """Text that was not accepted, to be changed or tried again."""


TAKEN = Outcome()


class Dialogue:
    """Shows what happens, and does what a line asks for.

    Args:
        show: puts a line, or a piece of one, on the screen.
        answer: answers every question; None asks the person.
    """

    def __init__(
        self, session: Session, show: Callable[[Told], None], *, answer: Reply | None = None
    ) -> None:
        self._session = session
        self._show = show
        self._answer = answer
        self._teller = Teller()
        self._questions: dict[str, ApprovalRequested] = {}
        self.last_end: TurnCompleted | TurnAborted | None = None
        """How the last turn ended."""

    @property
    def busy(self) -> bool:
        """Whether a turn runs."""
        return self._session.state.turn is not None

    async def watch(self, news: Subscription) -> None:
        """Show news until the session is over."""
        async for piece in news:
            for told in self._teller.tell(piece):
                self._show(told)
            if isinstance(piece, Envelope):
                await self._event(piece.event)

    async def take(self, line: str) -> Outcome:
        """Do what a finished line asks for."""
        question = self._open_question()
        if question is not None and line.strip() and not line.lstrip().startswith("/"):
            reply = reply_of(question, line)
            if reply is not None:
                await self._reply(question, reply)
                return TAKEN
            self._show(Told("  answer the question with one of its numbers, or interrupt with Esc", "ask"))
            return Outcome(handed_back=line)
        return await self._carry_out(orders.order_of(line), line)

    async def interrupt(self) -> bool:
        """End the running turn; whether there was one."""
        return isinstance(await self._session.interrupt(), Interrupted)

    async def idle(self) -> None:
        """Wait until no turn runs."""
        while (turn := self._session.state.turn) is not None:
            end = await self._session.finished(turn.turn_id)
            self.last_end = end or self.last_end  # `watch` may come to it later

    def _open_question(self) -> ApprovalRequested | None:
        """The question that was asked; one that the session dropped is none, though the news may be on its way."""
        pending = self._session.state.approvals
        return next((each for key, each in self._questions.items() if key in pending), None)

    async def _carry_out(self, order: orders.Order | None, line: str) -> Outcome:
        match order:
            case orders.Quit():
                return Outcome(quits=True)
            case orders.Help():
                for text in orders.HELP:
                    self._show(Told(f"  {text}", "quiet"))
            case orders.Wrong(message):
                self._show(Told(f"  {message}", "error"))
            case orders.Say(text):
                for part in shown(text).splitlines():
                    self._show(Told(f"> {part}", "you"))
                return self._told(await self._session.submit(text), line)
            case orders.Interrupt():
                if not await self.interrupt():
                    self._show(Told("  no turn is running", "quiet"))
            case orders.Compact() | orders.Review() if self.busy:
                # The session would replace the running turn, which is not what somebody expects who types here.
                self._show(Told(f"  {BUSY}", "error"))
            case orders.Compact():
                return self._told(await self._session.compact(), line)
            case orders.Review(text):
                return self._told(await self._session.review(text), line)
            case orders.RollBack(num_turns):
                return self._told(await self._session.roll_back(num_turns), line)
            case None:
                pass
        return TAKEN

    def _told(self, result: object, line: str) -> Outcome:
        """Say why something was refused; what was typed is not lost."""
        if not isinstance(result, Refused):
            return TAKEN
        self._show(Told(f"  {shown(result.message)}", "error"))
        return Outcome(handed_back=line)

    async def _event(self, event: Event) -> None:
        match event:
            case ApprovalRequested() if event.route != "automated_reviewer":
                await self._asked(event)
            case ApprovalResolved() | ApprovalDropped():
                self._closed(event.approval_id)
            case TurnCompleted() | TurnAborted():
                self.last_end = event
            case _:
                pass

    async def _asked(self, question: ApprovalRequested) -> None:
        first = not self._questions
        self._questions[question.approval_id] = question
        if self._answer is not None:
            for told in _asked_briefly(question):
                self._show(told)
            await self._reply(question, self._answer)
        elif first:
            self._ask(question)

    def _closed(self, approval_id: str) -> None:
        """One question less; the next one is asked when its turn has come."""
        before = next(iter(self._questions), None)
        self._questions.pop(approval_id, None)
        after = next(iter(self._questions.values()), None)
        if after is not None and before == approval_id and self._answer is None:
            self._ask(after)

    def _ask(self, question: ApprovalRequested) -> None:
        for told in lines_of(question):
            self._show(told)

    async def _reply(self, question: ApprovalRequested, reply: Reply) -> None:
        result = await self._session.answer(
            question.approval_id, reply.decision, message=reply.instead, answered_by="terminal"
        )
        if not isinstance(result, Done | Interrupted):
            self._questions.pop(question.approval_id, None)
        elif reply.instead is not None:
            await self._carry_out(orders.Say(reply.instead), reply.instead)


def _asked_briefly(question: ApprovalRequested) -> Iterator[Told]:
    yield next(lines_of(question))
