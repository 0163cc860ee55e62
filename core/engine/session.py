"""A session, as its owner sees it."""

from collections.abc import Mapping, Sequence
from typing import cast

import attrs
import trio

from turnfold.core.commands import (
    COMPACT,
    REVIEW,
    START_OR_STEER,
    Answer,
    ClientCommand,
    Interrupt,
    RollBack,
    RunTask,
    SendMail,
    Shutdown,
    Steer,
    Submit,
)
from turnfold.core.engine.feed import BUFFER, Subscription
from turnfold.core.engine.kernel import Kernel
from turnfold.core.results import (
    SHUTTING_DOWN,
    Done,
    Idle,
    Interrupted,
    Queued,
    Refused,
    Result,
    Started,
    Steered,
)
from turnfold.core.state import State
from turnfold.events import SettingsApplied, TokenUsage, TurnAborted, TurnCompleted

OVER = Refused(reason=SHUTTING_DOWN, message="the session is over")


class UnexpectedResult(TypeError):
    """The core answered a command with a result that it never has: a defect of the engine."""


class Session:
    """A running session. Made by `open_session`; all methods may be called from any task of the same trio run."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    @property
    def session_id(self) -> str:
        """The session's id."""
        return self.state.session_id or ""

    @property
    def state(self) -> State:
        """The session as it is now: the fold of its log."""
        return self._kernel.state

    async def submit(
        self,
        text: str,
        *,
        content: Sequence[object] | None = None,
        settings: SettingsApplied | None = None,
        mode: str = START_OR_STEER,
        client_id: str | None = None,
    ) -> Started | Steered | Queued | Refused:
        """Give the agent input: into the turn that runs, else into a new one. Returns once that is decided.

        Args:
            text: what the user says.
            content: parts of the message, as the Responses API has them, when it is more than a text.
            settings: applied with the input, and only if it is accepted.
            mode: `start_or_steer`, or `start_if_idle` to be refused while a turn runs.

        During an abort the input is refused and handed back in the result, or kept for the next turn with
        `while_aborting="queue"` (F10). Raises ValueError or TypeError for what is no input.
        """
        command = Submit(
            submission_id=self._new_id("submission"),
            input_id=self._new_id("input"),
            turn_id=self._new_id("turn"),
            text=text,
            content=_parts(content),
            client_id=client_id,
            settings=settings,
            mode=mode,
        )
        result = await self._ask(command)
        if isinstance(result, Started | Steered | Queued | Refused):
            return result
        raise UnexpectedResult(repr(result))

    async def steer(
        self, text: str, *, expected_turn_id: str | None = None, content: Sequence[object] | None = None
    ) -> Steered | Refused:
        """Give input to the turn that runs, which must be *expected_turn_id* if one is named (F9)."""
        command = Steer(
            submission_id=self._new_id("submission"),
            input_id=self._new_id("input"),
            text=text,
            content=_parts(content),
            expected_turn_id=expected_turn_id,
        )
        result = await self._ask(command)
        if isinstance(result, Steered | Refused):
            return result
        raise UnexpectedResult(repr(result))

    async def interrupt(self, turn_id: str | None = None) -> Interrupted | Idle | Refused:
        """End the turn that runs. Returns when all of its scopes are cancelled and waits for none of them (F1).

        `turn_aborted` follows as an event. With no turn, work of starting up is cancelled.
        """
        result = await self._ask(Interrupt(turn_id=turn_id, startup=self._kernel.startup.names))
        if isinstance(result, Interrupted | Idle | Refused):
            return result
        raise UnexpectedResult(repr(result))

    async def answer(
        self,
        approval_id: str,
        decision: str,
        *,
        message: str | None = None,
        amendment: object = None,
        answered_by: str | None = None,
    ) -> Done | Interrupted | Refused:
        """Answer a question. The decision `abort` interrupts the turn instead (C4)."""
        command = Answer(
            approval_id=approval_id,
            decision=decision,
            message=message,
            amendment=amendment,
            answered_by=answered_by,
        )
        result = await self._ask(command)
        if isinstance(result, Done | Interrupted | Refused):
            return result
        raise UnexpectedResult(repr(result))

    async def compact(self) -> Started | Refused:
        """Replace the history by a summary, in a turn of its own; a turn that runs is replaced by it (F14)."""
        return await self._run(COMPACT, None)

    async def review(self, text: str) -> Started | Refused:
        """Have a change reviewed, in a turn of its own that nobody can steer."""
        return await self._run(REVIEW, text)

    async def _run(self, kind: str, text: str | None) -> Started | Refused:
        command = RunTask(
            submission_id=self._new_id("submission"),
            turn_id=self._new_id("turn"),
            task_kind=kind,
            input_id=self._new_id("input"),
            text=text,
        )
        result = await self._ask(command)
        if isinstance(result, Started | Refused):
            return result
        raise UnexpectedResult(repr(result))

    async def send_mail(
        self, text: str, *, sender: str | None = None, trigger_turn: bool = False
    ) -> Done | Refused:
        """Put mail of another agent into the mailbox; with *trigger_turn* it starts a turn when there is none."""
        command = SendMail(mail_id=self._new_id("mail"), text=text, sender=sender, trigger_turn=trigger_turn)
        return self._plain(await self._ask(command))

    async def roll_back(self, num_turns: int, tokens: TokenUsage | None = None) -> Done | Refused:
        """Take the last turns of the user out of the history; the log keeps them. Refused while a turn runs."""
        return self._plain(await self._ask(RollBack(num_turns=num_turns, tokens=tokens)))

    async def shutdown(self) -> None:
        """End the session in order, and wait for it: abort what runs, close processes, flush the journal."""
        await self._kernel.ask(Shutdown())
        await self._kernel.stopped.wait()

    def events(self, name: str | None = None, *, buffer: int = BUFFER, deltas: bool = False) -> Subscription:
        """Subscribe to what happens from now on: each event after it was journalled, in order (G1).

        Args:
            name: names the subscriber in the log should it lag.
            buffer: events that it may be behind.
            deltas: whether it also gets `Streamed` pieces of what the model is saying.
        """
        return self._kernel.feed.subscribe(name, buffer, deltas=deltas)

    async def finished(self, turn_id: str) -> TurnCompleted | TurnAborted | None:
        """Wait for the end of a turn and return it; None for one that was cleared, is long over, or never was."""
        if self._kernel.ends.knows(turn_id):
            await trio.lowlevel.checkpoint()
            return self._kernel.ends.get(turn_id)
        turn = self.state.turn
        if (turn is None or turn.turn_id != turn_id) and not self._kernel.ends.expects(turn_id):
            await trio.lowlevel.checkpoint()
            return None
        return await self._kernel.ends.wait(turn_id)

    async def _ask(self, command: ClientCommand) -> Result:
        result = await self._kernel.ask(command)
        if result is None and isinstance(command, Submit | Steer):
            return attrs.evolve(OVER, text=command.text, content=command.content)
        return result or OVER

    def _new_id(self, kind: str) -> str:
        return self._kernel.ids.new(kind)

    @staticmethod
    def _plain(result: Result) -> Done | Refused:
        if isinstance(result, Done | Refused):
            return result
        raise UnexpectedResult(repr(result))


def _parts(content: Sequence[object] | None) -> list[object] | None:
    """The parts of a message. Raises ValueError for one without a `type`: no model and no log could hold it."""
    if content is None:
        return None
    for part in content:
        kind = cast("Mapping[str, object]", part).get("type") if isinstance(part, Mapping) else None
        if not isinstance(kind, str):
            raise ValueError(f"a part of the content has no `type`, such as `input_text`: {part!r:.80}")
    return list(content)
