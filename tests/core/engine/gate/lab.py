"""A gate with real shells in front of a book desk, with rules, hooks and a user that a test plays."""

import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Literal, TypeVar

import attrs
import trio

from turnfold.core.approvals import CommandVerdict, parse_policy
from turnfold.core.engine.approvals import Reviews, Terms
from turnfold.core.engine.fakes import BookDesk
from turnfold.core.engine.gate import Gate, Stopwatch, open_gate
from turnfold.core.engine.network import Bench
from turnfold.core.engine.ports import Attempt, Command, Desk, Sandbox, ToolCall
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

E = TypeVar("E", bound=Event)
NAMES = ("dirname", "echo-it", "ls", "sleep")
CALL = ToolCall(call_id="c1", name="shell", turn_id="turn-1")


@attrs.frozen
class Say:
    """What a hook says."""

    decision: str | None = None
    message: str | None = None
    interrupt: bool = False


@attrs.define(eq=False)
class Hooks:
    """One handler that says what the test wants, after *wait_s* seconds."""

    say: Say
    wait_s: float = 0
    told: list[tuple[str, str | None]] = attrs.field(factory=list[tuple[str, str | None]])
    suffixes: list[str] = attrs.field(factory=list[str])

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
        self.suffixes.append(suffix)
        run_id, name = f"permission-request:0:/hooks.json:{suffix}", "permission_request"
        started = HookStarted(run_id=run_id, turn_id=desk.turn_id, event_name=name, status="running")
        await desk.record(attrs.evolve(started, call_id=call_id))
        await trio.sleep(self.wait_s)
        decided = HookDecided(
            event_name=name, decision=self.say.decision, turn_id=desk.turn_id, approval_id=approval_id
        )
        await desk.record(
            HookCompleted(run_id=run_id, turn_id=desk.turn_id, event_name=name, status="completed"), decided
        )
        return self.say


@attrs.frozen
class Rules:
    """Rules that want the same for each command, by its path or by its name."""

    decision: str | None
    by: Literal["path", "name"] = "path"

    def judge(self, argv: Sequence[str]) -> CommandVerdict:
        """Say so."""
        match = argv[0].startswith("/") == (self.by == "path")
        reason = "this is forbidden here" if self.decision == "forbid" else None
        return CommandVerdict(decision=self.decision, reason=reason) if match else CommandVerdict()


class Box:
    """A sandbox that confines nothing."""

    name = "box"

    def confine(self, command: Command) -> Command:
        """Return it as it is."""
        return command

    def denied(self, exit_code: int | None, output: str) -> bool:
        """Say no."""
        return bool(output) and exit_code == -1


@attrs.frozen
class Ran:
    """What came of a shell."""

    code: int
    out: str
    err: str


@attrs.define(eq=False, kw_only=True)
class Lab:
    """What a test works with."""

    desk: BookDesk
    gate: Gate
    stopwatch: Stopwatch
    sandbox: Sandbox | None

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[Mapping[str, str], None]:
        """A call whose command runs."""
        self.desk.request("c1")
        self.desk.say(ToolDecisionRecorded(call_id="c1", decision="approved", source="config"))
        attempt = Attempt(number=1, desk=self.desk, sandbox=self.sandbox)
        async with self.gate.watch(CALL, attempt, self.stopwatch) as env:
            self.desk.say(ExecBegan(call_id="c1"))
            yield env

    async def shell(self, text: str, *argv: str) -> Ran:
        """Run *text* in a shell of the call, by default `sh -c`."""
        async with self.watching() as env:
            return await sh(text, env, *argv)

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one kind in the log."""
        return [event for event in self.desk.log if isinstance(event, kind)]

    def kinds(self) -> list[str]:
        """Return the kinds of events since the command began."""
        return [event.kind for event in self.desk.log[5:]]


async def sh(text: str, env: Mapping[str, str], *argv: str) -> Ran:
    """Run a shell."""
    done = await trio.run_process(
        [*(argv or ("sh", "-c")), text],
        env={**os.environ, **env},
        capture_stdout=True,
        capture_stderr=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@asynccontextmanager
async def laboratory(
    decision: str | None = "prompt",
    *,
    by: Literal["path", "name"] = "path",
    hooks: Hooks | None = None,
    user: str | None = None,
    reviews: Reviews | None = None,
    policy: object = "on-request",
    sandbox: Sandbox | None = None,
    path: str = "/usr/bin:/bin",
) -> AsyncGenerator[Lab, None]:
    """Open a gate."""

    def answer(question: ApprovalRequested) -> ApprovalResolved:
        return ApprovalResolved(approval_id=question.approval_id, decision=str(user), source="user")

    answering: Callable[[ApprovalRequested], ApprovalResolved] | None = None if user is None else answer
    terms = Terms(
        policy=parse_policy(policy), approvals_reviewer="user" if reviews is None else "auto_review"
    )
    bench = Bench(terms=lambda: terms, hooks=hooks, reviews=reviews)
    async with open_gate(NAMES, path, Rules(decision, by), bench) as gate:
        with trio.fail_after(20), Stopwatch(30) as stopwatch:
            yield Lab(desk=BookDesk(answer=answering), gate=gate, stopwatch=stopwatch, sandbox=sandbox)
