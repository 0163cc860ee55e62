"""A service in front of a book desk, with hooks and a user that a test plays."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

import attrs
import trio
import trio.testing

from turnfold.core.approvals import parse_policy
from turnfold.core.engine.approvals import Reviews, Terms
from turnfold.core.engine.fakes import BookDesk
from turnfold.core.engine.network import Bench, NetworkService, RuleSink, Standing, ask_about_all
from turnfold.core.engine.ports import Desk
from turnfold.core.network import Target
from turnfold.events import (
    ApprovalRequested,
    ApprovalResolved,
    Event,
    ExecBegan,
    HookCompleted,
    HookDecided,
    HookStarted,
    ToolDecisionRecorded,
)

WEB = Target.of("http", "codex-network-test.invalid", 80)
E = TypeVar("E", bound=Event)


def run(claim: Callable[[], Awaitable[None]]) -> None:
    """Run *claim* on a clock that jumps over every sleep."""
    trio.run(claim, clock=trio.testing.MockClock(autojump_threshold=0))


@attrs.frozen
class Say:
    """What a hook says."""

    decision: str | None = None
    message: str | None = None
    interrupt: bool = False


@attrs.define(eq=False)
class Hooks:
    """One handler that says what the test wants, and keeps what it was told."""

    say: Say = Say()
    gate: trio.Event | None = None
    """What the handler waits for."""
    told: list[tuple[str, str | None]] = attrs.field(factory=list[tuple[str, str | None]])
    run_ids: list[str] = attrs.field(factory=list[str])

    async def permission(
        self,
        desk: Desk,
        *,
        command: str,
        description: str | None,
        suffix: str,
        call_id: str | None = None,
        approval_id: str | None = None,
    ) -> Say:
        """Record a run as the dispatcher does."""
        self.told.append((command, description))
        run_id = f"permission-request:0:/hooks.json:{suffix}"
        self.run_ids.append(run_id)
        name = "permission_request"
        await desk.record(
            HookStarted(
                run_id=run_id, turn_id=desk.turn_id, event_name=name, status="running", call_id=call_id
            )
        )
        if self.gate is not None:
            await self.gate.wait()
        status = "blocked" if self.say.decision == "deny" else "completed"
        decided = HookDecided(
            event_name=name,
            decision=self.say.decision,
            message=self.say.message,
            interrupt=self.say.interrupt,
            turn_id=desk.turn_id,
            call_id=call_id,
            approval_id=approval_id,
        )
        await desk.record(
            HookCompleted(
                run_id=run_id, turn_id=desk.turn_id, event_name=name, status=status, call_id=call_id
            ),
            decided,
        )
        return self.say


def answering(decision: str, **fields: object) -> Callable[[ApprovalRequested], ApprovalResolved]:
    """Return a user who always answers *decision*."""

    def answer(question: ApprovalRequested) -> ApprovalResolved:
        return ApprovalResolved(
            approval_id=question.approval_id,
            decision=decision,
            source="user",
            amendment=fields.get("amendment"),
        )

    return answer


def proxied(registration_id: str) -> Mapping[str, str]:
    """Return a variable that shows the registration."""
    return {"HTTP_PROXY": registration_id}


@attrs.define(eq=False, kw_only=True)
class Lab:
    """What a test works with."""

    desk: BookDesk
    service: NetworkService
    hooks: Hooks | None
    nursery: trio.Nursery
    running: bool = True
    """Whether the turn runs."""

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one kind in the log."""
        return [event for event in self.desk.log if isinstance(event, kind)]

    def kinds(self, *skipped: str) -> list[str]:
        """Return the kinds of events in the log, the beginning of session and turn left out."""
        return [event.kind for event in self.desk.log[2:] if event.kind not in skipped]

    @asynccontextmanager
    async def calling(self, call_id: str = "c1", mode: str = "immediate") -> AsyncGenerator[str, None]:
        """A call that runs a command under a lease; gives the registration id."""
        self.desk.request(call_id)
        self.desk.say(ToolDecisionRecorded(call_id=call_id, decision="approved", source="config"))
        async with self.service.lease(self.desk, call_id, "curl http://a", mode) as lease:
            self.desk.say(ExecBegan(call_id=call_id))
            yield lease.env["HTTP_PROXY"]


@asynccontextmanager
async def laboratory(
    *,
    hooks: Hooks | None = None,
    user: str | None = None,
    amendment: object = None,
    reviews: Reviews | None = None,
    policy: object = "on-request",
    sandbox_mode: str = "workspace-write",
    standing: Callable[[Target], Standing] = ask_about_all,
    rules: RuleSink | None = None,
) -> AsyncGenerator[Lab, None]:
    """Open a service whose decisions run in a nursery of the test."""
    desk = BookDesk(answer=None if user is None else answering(user, amendment=amendment))
    reviewer = "user" if reviews is None else "auto_review"
    terms = Terms(policy=parse_policy(policy), sandbox_mode=sandbox_mode, approvals_reviewer=reviewer)
    async with trio.open_nursery() as nursery:

        def spawn(
            effect_id: str, work: Callable[[], Awaitable[None]], *, turn_id: str | None = None
        ) -> object:
            nursery.start_soon(work, name=f"{effect_id} of {turn_id}")
            return None

        service = NetworkService(
            lambda: desk.state,
            lambda: desk if lab.running else None,
            Bench(terms=lambda: terms, hooks=hooks, reviews=reviews),
            spawn,
            environment=proxied,
            standing=standing,
            rules=rules,
            session=desk,
        )
        lab = Lab(desk=desk, service=service, hooks=hooks, nursery=nursery)
        yield lab
        nursery.cancel_scope.cancel()
