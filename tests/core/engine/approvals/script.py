"""One call on its way, everybody on it scripted, and what was recorded told in words."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import attrs
import trio
import trio.testing

from turnfold.core.approvals import CommandVerdict, parse_policy
from turnfold.core.engine.approvals import AmendmentFailed, Services, Terms, orchestrate
from turnfold.core.engine.fakes import BookDesk
from turnfold.core.engine.ports import (
    Action,
    Attempt,
    Command,
    Desk,
    NetworkLease,
    SandboxDenial,
    ToolCall,
    ToolFailed,
    ToolInterrupted,
    ToolResult,
)
from turnfold.events import (
    AbortBegan,
    ApprovalRequested,
    ApprovalResolved,
    Event,
    ExecBegan,
    ExecEnded,
    HookCompleted,
    HookDecided,
    HookStarted,
    ReviewEnded,
    ReviewStarted,
    SandboxDenied,
    ToolDecisionRecorded,
    WarningRaised,
)

E = TypeVar("E", bound=Event)

CALL = ToolCall(call_id="c", name="shell", turn_id="turn-1")
COMMAND = "make install"
ARGV = ("make", "install")
DENIED_BY_SANDBOX = "read-only file system"


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run *work* under trio, on a clock that jumps to the next deadline."""
    trio.run(work, clock=trio.testing.MockClock(autojump_threshold=0))


@attrs.frozen
class Says:
    """What the folded hooks say of one request."""

    decision: str | None = None
    message: str | None = None
    interrupt: bool = False


class ScriptedHooks:
    """One handler, which says in turn what was scripted, and nothing when the script is over."""

    def __init__(self, *says: Says) -> None:
        self._says = list(says)
        self.requests: list[tuple[str, str | None, str, str]] = []

    async def permission(
        self, desk: Desk, *, command: str, description: str | None, suffix: str, call_id: str
    ) -> Says:
        """Record what a dispatcher would, and return the script's word."""
        self.requests.append((command, description, suffix, call_id))
        says = self._says[len(self.requests) - 1] if len(self.requests) <= len(self._says) else Says()
        run_id, event = f"permission-request:0:/hooks.json:{suffix}", "permission_request"
        turn = desk.turn_id
        await desk.record(
            HookStarted(run_id=run_id, event_name=event, status="running", call_id=call_id, turn_id=turn)
        )
        status = "blocked" if says.decision == "deny" else "completed"
        await desk.record(
            HookCompleted(run_id=run_id, event_name=event, status=status, call_id=call_id, turn_id=turn),
            HookDecided(
                event_name=event,
                decision=says.decision,
                message=says.message,
                interrupt=says.interrupt,
                run_id=run_id,
                call_id=call_id,
                turn_id=turn,
            ),
        )
        return says


class Cage:
    """A sandbox that leaves commands as they are."""

    name = "cage"

    def confine(self, command: Command) -> Command:
        """Return *command*."""
        return command

    def denied(self, exit_code: int | None, output: str) -> bool:
        """Never: the script of the attempt says when the sandbox stopped it."""
        return False


@attrs.frozen
class Rules:
    """The policy of commands: one verdict for all."""

    verdict: CommandVerdict

    def judge(self, argv: Sequence[str]) -> CommandVerdict:
        """Return the verdict."""
        return self.verdict


class Book:
    """A place for accepted rules that may be out of order."""

    def __init__(self, desk: BookDesk, problem: str | None = None) -> None:
        self._desk = desk
        self._problem = problem
        self.kept: list[tuple[object, str]] = []
        """Rules, each with the last event before it was kept."""

    async def add(self, amendment: object) -> None:
        """Keep a rule, or fail."""
        await trio.lowlevel.checkpoint()
        if self._problem is not None:
            raise AmendmentFailed(self._problem)
        self.kept.append((amendment, type(self._desk.log[-1]).__name__))


class Lease:
    """A registration with nothing in it."""

    env: Mapping[str, str] = {}


class Networks:
    """A network service that notes who registered, and may interrupt a call at its end."""

    def __init__(self, ends: Exception | None = None) -> None:
        self._ends = ends
        self.leases: list[tuple[str, str | None, str]] = []

    @asynccontextmanager
    async def lease(
        self, desk: Desk, call_id: str, command: str | None, mode: str
    ) -> AsyncGenerator[NetworkLease, None]:
        """Note the registration."""
        self.leases.append((call_id, command, mode))
        yield Lease()
        if self._ends is not None:
            raise self._ends


class Stage:
    """A turn with one requested call, and everybody who may have a say in it.

    Args:
        policy: the approval policy as the log holds it.
        answers: what the user decides, in turn; a question beyond them fails the test.
        stops: whether the sandbox stops what runs in it.
    """

    def __init__(
        self,
        policy: object = "untrusted",
        *,
        answers: Sequence[str | ApprovalResolved] = (),
        stops: bool = False,
        services: Services | None = None,
        **terms: Any,
    ) -> None:
        self._answers = list(answers)
        self._stops = stops
        self.desk = BookDesk(answer=self._answer)
        self.desk.request(CALL.call_id)
        self.terms = attrs.evolve(Terms(policy=parse_policy(policy), sandbox=Cage()), **terms)
        self.services = services or Services()
        self.attempts: list[Attempt] = []
        self.outcome = ""

    def _answer(self, question: ApprovalRequested) -> ApprovalResolved:
        assert self._answers, f"nobody expected the question {question!r}"
        answer = self._answers.pop(0)
        if isinstance(answer, str):
            answer = ApprovalResolved(approval_id="", decision=answer, source="user")
        return attrs.evolve(answer, approval_id=question.approval_id)

    async def attempt(self, attempt: Attempt) -> ToolResult:
        """Run a command, and be stopped by the sandbox if the script says so."""
        self.attempts.append(attempt)
        number = attempt.number
        await attempt.desk.record(ExecBegan(call_id=CALL.call_id, attempt=number))
        await attempt.desk.record(ExecEnded(call_id=CALL.call_id, attempt=number, exit_code=0))
        if self._stops and attempt.sandbox is not None:
            raise SandboxDenial(DENIED_BY_SANDBOX, "cannot write")
        return ToolResult(output=f"done by attempt {number}")

    def action(self, **facts: Any) -> Action:
        """Return the command that most tests are about, with *facts* changed."""
        usual = Action(
            attempt=self.attempt, argv=ARGV, hook_command=COMMAND, justification="to have it", cwd="/work"
        )
        return attrs.evolve(usual, **facts)

    async def play(self, **facts: Any) -> str:
        """Bring the call on its way, and return how it ended and what was recorded of it, in words."""
        try:
            result = await orchestrate(self.action(**facts), CALL, self.desk, self.terms, self.services)
            self.outcome = f"{'ok' if result.success else 'bad'}: {result.output}"
        except ToolFailed as failure:
            self.outcome = f"failed: {failure.message}"
        except ToolInterrupted as interruption:
            self.outcome = f"interrupted: {interruption}"
        return self.told

    @property
    def told(self) -> str:
        """The events since the call was requested, a word each."""
        return " ".join(word(event) for event in self.desk.log[3:])

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one kind."""
        return [event for event in self.desk.log if isinstance(event, kind)]


def word(event: Event) -> str:
    """Return one word for an event."""
    match event:
        case HookDecided(decision=decision):
            return f"fold:{decision}"
        case ReviewEnded(status=status):
            return f"reviewed:{status}"
        case ApprovalRequested(attempt=attempt):
            return f"ask:{attempt}"
        case ApprovalResolved(decision=decision):
            return f"answer:{decision}"
        case ToolDecisionRecorded(decision=decision, source=source, attempt=attempt):
            return f"{attempt}:{decision}/{source}"
        case ExecBegan(attempt=attempt):
            return f"run:{attempt}"
        case AbortBegan(by=by):
            return f"abort:{by}"
        case _:
            return WORDS[type(event)]


WORDS: Mapping[type[Event], str] = {
    HookStarted: "hook",
    HookCompleted: "hooked",
    ReviewStarted: "review",
    ExecEnded: "ran",
    SandboxDenied: "stopped",
    WarningRaised: "warn",
}
"""Words for the events whose content does not matter."""
