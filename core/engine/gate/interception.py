"""One intercepted command, from the wrapper's question to the answer."""

import shlex
from typing import Final

import attrs
import trio

from turnfold.core.approvals import CONFIG, GOES, USER, CommandVerdict, Policy, Ruling
from turnfold.core.engine.approvals import CommandPolicy
from turnfold.core.engine.gate.messages import Answer, Wish
from turnfold.core.engine.network import Bench, Matter, runs_on, withdrawal
from turnfold.core.engine.ports import Attempt, Desk, Stopwatch, TurnOver
from turnfold.core.lifecycle import CallPhase
from turnfold.events import (
    Event,
    ExecIntercepted,
    InterceptionEnded,
    WarningRaised,
)

DENIED: Final = "User denied execution"
"""Text of a denial that nobody gave a better one for (E2)."""

CANCELLED: Final = "User cancelled execution"
"""Text of an abort (E2)."""

CHOICES: Final = ("approved", "abort")
"""What the user is offered (E1)."""

GONE: Final = "the command that asked is gone"
"""Why a question is withdrawn."""

_RUNS: Final = frozenset({CallPhase.RUNNING, CallPhase.RETRYING})


@attrs.define(eq=False, kw_only=True)
class Interception:
    """A command that waits for its answer."""

    wish: Wish
    call_id: str
    attempt: Attempt
    stopwatch: Stopwatch
    bench: Bench
    policy: CommandPolicy
    approval_id: str
    scope: trio.CancelScope = attrs.field(factory=trio.CancelScope)
    done: trio.Event = attrs.field(factory=trio.Event)
    decided: bool = False
    """Whether somebody decided: what is left is to say so."""

    @property
    def desk(self) -> Desk:
        """The turn's way to its session."""
        return self.attempt.desk

    @property
    def command(self) -> str:
        """What hooks and the user are shown: the program by its path, its arguments quoted (E1)."""
        return shlex.join((self.wish.program, *self.wish.argv[1:]))

    async def judge(self) -> Answer:
        """Return whether it runs. Whoever drops this has denied."""
        answer = Answer(False, GONE)
        try:
            with self.scope:
                answer = await self._judge()
            if self.scope.cancelled_caught:
                await self._withdraw()
        except TurnOver:
            answer = Answer(False, CANCELLED)
        finally:
            self.done.set()
        return answer

    def leave(self) -> None:
        """Nobody waits any more."""
        if not self.decided:
            self.scope.cancel()

    async def _judge(self) -> Answer:
        verdict = self._verdict()
        word = verdict.decision or "allow"
        await self._record(
            ExecIntercepted(
                approval_id=self.approval_id,
                call_id=self.call_id,
                turn_id=self.desk.turn_id,
                program=self.wish.program,
                argv=tuple(self.wish.argv),
                verdict=word,
            )
        )
        if word == "prompt":
            policy = self.bench.terms().policy
            if policy.asks_about_rules:
                return await self._decided()
            return await self._end(Answer(False, _unasked(policy)))
        if word == "allow":
            return await self._end(Answer(True))
        return await self._end(Answer(False, verdict.reason or "a rule of the policy of commands forbids it"))

    def _verdict(self) -> CommandVerdict:
        """What the policy says of the real program, else of the name it was called by (E1)."""
        rest = self.wish.argv[1:]
        verdict = self.policy.judge((self.wish.program, *rest))
        return verdict if verdict.decision else self.policy.judge((self.wish.argv[0], *rest))

    async def _decided(self) -> Answer:
        """Ask, while the command's clock stands still (E3), and carry out the answer (E2)."""
        began_s = trio.current_time()
        self.stopwatch.pause()
        try:
            ruling = await self._ruling()
        finally:
            self.stopwatch.resume()
        self.decided = True
        paused_ms = round((trio.current_time() - began_s) * 1000)
        if ruling.interrupt:
            return await self._interrupt(ruling, paused_ms)
        if ruling.decision in GOES:
            return await self._end(Answer(True), ruling, paused_ms)
        if ruling.decision == "abort":
            return await self._end(Answer(False, CANCELLED), ruling, paused_ms)
        told = None if ruling.source == USER else ruling.message
        return await self._end(Answer(False, told or DENIED), ruling, paused_ms)

    async def _ruling(self) -> Ruling:
        matter = Matter(
            approval_id=self.approval_id,
            kind="intercepted",
            command=self.command,
            suffix=self.approval_id,
            choices=CHOICES,
            cwd=self.wish.cwd or None,
        )
        try:
            return await self.bench.rule(self.desk, matter)
        except TurnOver:
            raise
        except Exception as problem:  # noqa: BLE001 whatever breaks in a judge must not let a command through
            text = f"the decision failed: {type(problem).__name__}: {problem}"
            return Ruling(decision="denied", source=CONFIG, message=text)

    async def _interrupt(self, ruling: Ruling, paused_ms: int) -> Answer:
        answer = Answer(False, CANCELLED)
        ended = self._ended(answer, attrs.evolve(ruling, decision="abort"), paused_ms, ruling.message)
        notices = (WarningRaised(message=ruling.warning),) if ruling.warning else ()
        logged = (ended,) if self._call_runs() else ()
        await self.desk.interrupt(*notices, *logged, by="hook" if ruling.source == CONFIG else "reviewer")
        return answer

    async def _end(
        self, answer: Answer, ruling: Ruling | None = None, paused_ms: int | None = None
    ) -> Answer:
        await self._record(self._ended(answer, ruling, paused_ms))
        return answer

    def _ended(
        self, answer: Answer, ruling: Ruling | None, paused_ms: int | None, hook_message: str | None = None
    ) -> InterceptionEnded:
        allowed = "escalate" if self.attempt.sandbox is None else "run"
        return InterceptionEnded(
            approval_id=self.approval_id,
            call_id=self.call_id,
            action=allowed if answer.runs else "deny",
            decision=None if ruling is None else ruling.decision,
            source=CONFIG if ruling is None else ruling.source,
            message=answer.text or None,
            hook_message=hook_message,
            paused_ms=paused_ms,
        )

    def _call_runs(self) -> bool:
        """Whether the log still has the call as running: one that was answered leaves its process behind."""
        call = self.desk.state.calls.get(self.call_id)
        return call is not None and call.phase in _RUNS

    async def _record(self, event: Event) -> None:
        if self._call_runs():
            await self.desk.record(event)

    async def _withdraw(self) -> None:
        """Close in the log what is open; nothing is said while the turn is being aborted (F6)."""
        if not runs_on(self.desk):
            return
        events = withdrawal(self.desk, self.approval_id, self.approval_id, GONE)
        if self._call_runs():
            events.append(self._ended(Answer(False, GONE), None, None))
        await self.desk.record(*events)


def _unasked(policy: Policy) -> str:
    return f"a rule wants it approved, and the approval policy ({policy.word}) lets nobody be asked for that"
