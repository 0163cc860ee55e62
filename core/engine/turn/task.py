"""The task of a turn: from its start event to its natural end. An abort ends it anywhere, by cancelling it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from turnfold.core.commands import COMPACT, REVIEW, BeginTurn, FinishTurn, Interrupt
from turnfold.core.effects import StartTask
from turnfold.core.engine.causes import in_words
from turnfold.core.engine.ports import Item, ModelError, ToolFatal, TurnOver
from turnfold.core.engine.turn.calls import Calls
from turnfold.core.engine.turn.closing import closing_of_turn
from turnfold.core.engine.turn.compact import compact
from turnfold.core.engine.turn.desk import TurnDesk
from turnfold.core.engine.turn.hooks import TurnHooks
from turnfold.core.engine.turn.inputs import TurnInputs
from turnfold.core.engine.turn.kit import Kit
from turnfold.core.engine.turn.sampling import Answer, Prompt, Sampling
from turnfold.core.results import ILLEGAL, INPUT_PENDING, Refused
from turnfold.events import (
    ErrorRaised,
    MessageRecorded,
    ReviewModeEntered,
    ReviewModeExited,
    TurnContextRecorded,
)

REVIEW_INSTRUCTIONS: Final = (
    "Review the change that the user names. Read what you need. Report each defect with file, line, why it is "
    "one and how bad it is; say so if there is none. Change nothing."
)


class TurnTask:
    """Runs one turn."""

    def __init__(self, kit: Kit, start: StartTask) -> None:
        self._kit = kit
        self._start = start
        self._desk = TurnDesk(kit.kernel, start.turn_id)
        self._hooks = TurnHooks(kit, self._desk, start.turn_id)
        self._inputs = TurnInputs(kit, self._desk, self._hooks)
        self._calls = Calls(kit, self._desk, self._hooks, kit.terms(kit.kernel.state))
        self._sampling = Sampling(kit, self._desk, self._calls)
        self._began_us = 0
        self._message: str | None = None
        self._stop_hook_active = False
        self._opened = False

    async def run(self) -> None:
        """Begin, work, finish. Returns without a word when the turn is over before (F7)."""
        self._began_us = self._desk.now_us()
        begin = BeginTurn(
            turn_id=self._start.turn_id,
            trigger=self._start.trigger,
            started_at_s=self._began_us // 1_000_000,
            model_context_window=self._kit.options.context_window,
        )
        begun = await self._kit.kernel.ask(begin)
        if begun is None or isinstance(begun, Refused):
            return
        self._kit.kernel.began_us[self._start.turn_id] = self._began_us
        try:
            error = await self._guarded()
            await self._finish(error)
        except TurnOver:
            # Nearly always the abort runs. A tool may also say that it was interrupted when it was not (§1.7/U5).
            self._kit.kernel.actor.post(Interrupt(by="task", turn_id=self._start.turn_id))

    async def _guarded(self) -> Mapping[str, object] | None:
        """Work; return the error that ends the turn, or None. Raises TurnOver."""
        try:
            await self._work()
        except TurnOver:
            raise
        except ModelError as error:
            return await self._failed(error.message, error.code)
        except ToolFatal as error:
            return await self._failed(str(error), "fatal")
        except Exception as error:  # noqa: BLE001  a turn that fails still ends, and says why (§1.7/U10)
            return await self._failed(in_words(error), "internal_error")
        return None

    async def _failed(self, message: str, code: str) -> Mapping[str, object]:
        """Let the calls that run come to their outputs, then say what went wrong."""
        with suppress(ToolFatal):
            await self._calls.drain()
        left = closing_of_turn(self._desk.state, self._start.turn_id, message)
        raised = ErrorRaised(message=message, error_code=code, turn_id=self._start.turn_id, will_retry=False)
        await self._desk.record(*left, raised)
        return {"message": message, "code": code}

    async def _finish(self, error: Mapping[str, object] | None) -> None:
        """End the turn. Input that came in at the last moment is answered, or at least recorded (F13)."""
        while True:
            for settle in self._kit.settlers:
                await settle(self._start.turn_id)
            now_us = self._desk.now_us()
            first = self._sampling.first_token_us
            finish = FinishTurn(
                turn_id=self._start.turn_id,
                last_agent_message=self._message,
                error=error,
                completed_at_s=now_us // 1_000_000,
                duration_ms=(now_us - self._began_us) // 1000,
                time_to_first_token_ms=None if first is None else (first - self._began_us) // 1000,
            )
            result = await self._kit.kernel.ask(finish)
            if isinstance(result, Refused) and result.reason == ILLEGAL:
                raise TurnOver(result.message)  # something is open that only an abort can close
            if not isinstance(result, Refused) or result.reason != INPUT_PENDING:
                self._kit.kernel.began_us.pop(self._start.turn_id, None)
                return
            if await self._inputs.take() and error is None:
                error = await self._guarded()

    async def _work(self) -> None:
        if self._start.task_kind == COMPACT:
            await self._context()
            await compact(self._kit, self._desk, self._sampling, self._hooks, "manual")
        elif self._start.task_kind == REVIEW:
            await self._review()
        elif self._opened or await self._open():
            await self._converse()

    async def _context(self) -> None:
        settings, options = self._desk.state.settings, self._kit.options
        await self._desk.record(
            TurnContextRecorded(
                turn_id=self._start.turn_id,
                cwd=settings.cwd,
                model=settings.model or options.model,
                approval_policy=settings.approval_policy,
                approvals_reviewer=settings.approvals_reviewer,
                sandbox_mode=settings.sandbox_mode,
                effort=options.effort,
            )
        )

    async def _open(self) -> bool:
        """What comes before the first request (§1.3 of the upstream). Whether there is something to answer."""
        self._opened = True
        await self._context()
        source, self._kit.start_source = self._kit.start_source, None
        if source is not None:
            started = await self._hooks.session_start(source)
            await self._inputs.add_contexts(started.contexts)
            if started.decision is not None:
                await self._inputs.take()
                return False
        late = None if self._kit.hooks is None else self._kit.hooks.drain_async_outputs()
        if late is not None:
            await self._inputs.add_contexts((late,))
        return await self._inputs.take()

    async def _converse(self) -> None:
        """Ask, let tools run, ask again, until nothing is left to answer and no hook wants more."""
        while True:
            answer = await self._sampling.sample(self._prompt, self._inputs.seen())
            self._message = answer.message or self._message
            called = await self._calls.drain() or answer.called
            fresh = await self._inputs.take()
            if called or fresh or answer.end_turn is False:
                await self._make_room(answer)
                continue
            if not await self._kept_going():
                return

    def _prompt(self) -> Prompt:
        return self._asking(self._kit.options.instructions, self._kit.history.items)

    def _asking(self, instructions: str, items: tuple[Item, ...]) -> Prompt:
        tools = tuple(tool.describe() for tool in self._kit.tools.values())
        return Prompt(instructions=instructions, items=items, tools=tools)

    async def _make_room(self, answer: Answer) -> None:
        limit = self._kit.options.compact_at_tokens
        if limit is not None and answer.usage is not None and answer.usage.total_tokens >= limit:
            await compact(self._kit, self._desk, self._sampling, self._hooks, "auto")

    async def _kept_going(self) -> bool:
        """Ask the Stop hooks. Whether one blocks the end, with what the model is to do (§2.3/39)."""
        folded = await self._hooks.stop(self._message, active=self._stop_hook_active)
        if folded.decision != "block":
            return False
        self._stop_hook_active = True
        texts = [text for _, text in folded.prompts] or [folded.message or ""]
        turn_id = self._start.turn_id
        await self._desk.record(
            *(MessageRecorded(role="user", text=text, parts=1, turn_id=turn_id) for text in texts)
        )
        return True

    async def _review(self) -> None:
        """A review sees its own turn and nothing of the past."""
        await self._context()
        hint = " ".join(entry.text or "" for entry in self._inputs.waiting) or None
        await self._desk.record(ReviewModeEntered(hint=hint))
        await self._inputs.take()
        while True:
            answer = await self._sampling.sample(self._review_prompt, self._inputs.seen())
            self._message = answer.message or self._message
            if not (await self._calls.drain() or answer.end_turn is False):
                break
        await self._desk.record(ReviewModeExited(has_output=self._message is not None))

    def _review_prompt(self) -> Prompt:
        return self._asking(REVIEW_INSTRUCTIONS, self._kit.history.turn_items)
