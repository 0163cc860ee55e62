"""A session under Hypothesis: clients, a model, tools, hooks and time in any order, and what is promised checked."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from math import inf
from typing import ClassVar, Final

import attrs
import trio
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from turnfold.core.decide import is_aborting
from turnfold.core.engine import Parts, Session, SessionOptions, Subscription, open_session
from turnfold.core.engine.fakes import (
    CountedIds,
    FakeProcesses,
    MemoryJournal,
    NoFiles,
    Program,
    TrioClock,
    printing,
)
from turnfold.core.engine.hooks import CommandRunner, Hooks, Spiller
from turnfold.core.engine.ports import Command
from turnfold.core.hooks import HookEvent
from turnfold.core.hooks.config import HookFile, configure
from turnfold.core.results import Queued, Started, Steered
from turnfold.events import Envelope
from turnfold.replay.findings import Finding
from turnfold.replay.live import LiveVerification, told
from turnfold.replay.testing.answers import HookResult, broken_hook_results, hook_results
from turnfold.replay.testing.hands import HandModel, HandTools
from turnfold.replay.testing.host import Host
from turnfold.replay.testing.promises import Promises

TEXTS: Final = st.sampled_from(("a", "b", "größer 😀"))
ROUNDS: Final = st.none() | st.integers(0, 12)
"""How many rounds of trio's loop come before the next step; None: all, until nothing can happen any more."""


def _tools_of(machine: SessionMachine) -> st.SearchStrategy[str]:
    return st.sampled_from(machine.tool_names)


_TOOLS: Final = st.runner().flatmap(_tools_of)
DAY_S: Final = 24 * 3600.0


@attrs.define(eq=False)
class Request:
    """Something that a client asked of the session."""

    name: str
    done: bool = False
    result: object = None


class SessionMachine(RuleBasedStateMachine):
    """A session of the engine on fakes, driven by the rules of this class and checked after each of them.

    The session runs in trio on virtual time, in the same thread: a step lets everything happen that can happen at
    once, and time passes in `time_passes` alone. With `rounds` the next step comes after so many rounds of trio's loop,
    in the middle of what this one has set off, so that both race; 0 is before anything happened. The model and the
    tools wait for rules that say what they do.

    Make a class of your own for your own hooks, tools and rules, and give its `TestCase` to pytest or unittest:

        class MyMachine(SessionMachine):
            def parts(self):
                return attrs.evolve(super().parts(), tools=(*self.hands.tools, my_tool))

            @rule()
            def my_request(self):
                self.ask("steer", lambda: self.session.steer("more"))

        TestMine = MyMachine.TestCase

    After each step: the log is legal, turns have one terminal event and leave the session idle, what waited was dropped
    only after it (`Promises`); no rule of `turnfold verify` objects; the state is the fold of the log; a subscriber was
    given what the journal has; accepted input is not lost; no abort takes for ever. In the end the session is shut
    down, and each turn has ended, each request was answered, and the journal is closed.
    """

    options: ClassVar[SessionOptions] = SessionOptions(cwd="/work", model="by-hand")
    """Settings of the session."""

    hook_events: ClassVar[tuple[HookEvent, ...]] = tuple(HookEvent)
    """Events that have a hook; its program does what `hook_will` said, and else ends without a word."""

    allowed: ClassVar[frozenset[str]] = frozenset({"TF703", "TF711"})
    """Codes of findings that are no failure: that clients may roll back more than there is, and over a compaction."""

    abort_s_max: ClassVar[float] = 60.0
    """Seconds of virtual time after which an abort is taken to hang. Hooks on the interrupt count as well."""

    tool_names: ClassVar[tuple[str, ...]] = ("work", "aside", "risky", "stubborn", "nobody")
    """Tools that the model calls; add those of your own that need no arguments."""

    def __init__(self) -> None:
        super().__init__()
        self.model = HandModel()
        self.hands = HandTools()
        self.journal = MemoryJournal()
        self.processes = FakeProcesses(self._program)
        self.host = Host()
        self.requests: list[Request] = []
        """What was asked of the session, in order."""
        self.findings: list[Finding] = []
        """What the rules of `verify` found so far."""
        self.delivered: list[Envelope] = []
        """What a subscriber was given."""
        self.promises = Promises()
        self.session: Session
        self._programs: list[Program] = []
        self._nursery: trio.Nursery
        self._leave = trio.Event()
        self._left = False
        self._listening_from = 0
        self._aborting: tuple[str, float] | None = None
        self.host.start(self._main)
        self.host.settle()

    def parts(self) -> Parts:
        """What the session works with. Called once, within trio, before the session is opened."""
        return Parts(
            journal=self.journal,
            tools=self.hands.tools,
            hooks=self._hooks(),
            clock=TrioClock(),
            ids=CountedIds(),
        )

    async def _main(self) -> None:
        verifier = LiveVerification(self.findings.append)
        async with trio.open_nursery() as self._nursery:
            async with open_session(self.model, self.options, self.parts(), verify=verifier) as self.session:
                self._listening_from = self.session.state.seq + 1
                self._nursery.start_soon(self._listen, self.session.events())
                await self._leave.wait()
            self._left = True

    async def _listen(self, subscription: Subscription) -> None:
        async for news in subscription:
            if isinstance(news, Envelope):
                self.delivered.append(news)

    # What rules use.

    def ask(
        self, name: str, request: Callable[[], Awaitable[object]], *, rounds: int | None = None
    ) -> Request:
        """Let a client ask something in a task of its own; the result is noted when it comes."""
        asked = Request(name)
        self.requests.append(asked)

        async def task() -> None:
            asked.result = await request()
            asked.done = True

        self._nursery.start_soon(task)
        self.settle(rounds=rounds)
        return asked

    def settle(self, *, rounds: int | None = None) -> None:
        """Let everything happen that can, without time passing, or only so many rounds of it; check the promises.

        A rule of your own that does not `ask` ends with this.
        """
        if rounds is None:
            self.host.settle()
        else:
            self.host.go(rounds)
        self.check()

    @property
    def idle(self) -> bool:
        """Whether the session holds no turn."""
        return self.session.state.turn is None

    # Clients.

    @precondition(lambda self: not self._left)
    @rule(text=TEXTS, mode=st.sampled_from(("start_or_steer", "start_if_idle")), rounds=ROUNDS)
    def submit(self, text: str, mode: str, rounds: int | None) -> None:
        """A user says something."""
        self.ask("submit", lambda: self.session.submit(text, mode=mode), rounds=rounds)

    @precondition(lambda self: not self.idle)
    @rule(text=TEXTS, right=st.sampled_from((True, False)), rounds=ROUNDS)
    def steer(self, text: str, right: bool, rounds: int | None) -> None:
        """A user says something to the turn that runs, or to another one."""
        turn = self.session.state.turn
        expected = turn.turn_id if right and turn is not None else "turn-0"
        self.ask("steer", lambda: self.session.steer(text, expected_turn_id=expected), rounds=rounds)

    @rule(rounds=ROUNDS)
    def interrupt(self, rounds: int | None) -> None:
        """A user interrupts."""
        self.ask("interrupt", self.session.interrupt, rounds=rounds)

    @precondition(lambda self: bool(self.session.state.approvals))
    @rule(
        decision=st.sampled_from(("approved", "denied", "approved_for_session", "abort", "maybe")),
        rounds=ROUNDS,
    )
    def answer(self, decision: str, rounds: int | None) -> None:
        """A user answers the oldest question that is open."""
        approval_id = next(iter(self.session.state.approvals))
        self.ask("answer", lambda: self.session.answer(approval_id, decision), rounds=rounds)

    @rule(rounds=ROUNDS)
    def answer_nothing(self, rounds: int | None) -> None:
        """A user answers a question that nobody asked."""
        self.ask("answer", lambda: self.session.answer("approval-0", "approved"), rounds=rounds)

    @rule(rounds=ROUNDS)
    def compact(self, rounds: int | None) -> None:
        """A user wants the history compacted."""
        self.ask("compact", self.session.compact, rounds=rounds)

    @rule(text=TEXTS, rounds=ROUNDS)
    def review(self, text: str, rounds: int | None) -> None:
        """A user wants a review."""
        self.ask("review", lambda: self.session.review(text), rounds=rounds)

    @rule(text=TEXTS, trigger=st.booleans(), rounds=ROUNDS)
    def mail(self, text: str, trigger: bool, rounds: int | None) -> None:
        """Another agent sends mail."""
        self.ask("mail", lambda: self.session.send_mail(text, trigger_turn=trigger), rounds=rounds)

    @rule(rounds=ROUNDS)
    def roll_back(self, rounds: int | None) -> None:
        """A user takes the last turn back."""
        self.ask("roll_back", lambda: self.session.roll_back(1), rounds=rounds)

    @precondition(lambda self: len(self.requests) > 2)
    @rule(rounds=ROUNDS)
    def shutdown(self, rounds: int | None) -> None:
        """The session is told to end."""
        self.ask("shutdown", self.session.shutdown, rounds=rounds)

    # The model, the tools, the hooks, time.

    @precondition(lambda self: self.model.asked)
    @rule(text=TEXTS, rounds=ROUNDS)
    def model_says(self, text: str, rounds: int | None) -> None:
        """The model says something."""
        self.model.say(text)
        self.settle(rounds=rounds)

    @precondition(lambda self: self.model.asked)
    @rule(tool=_TOOLS, rounds=ROUNDS)
    def model_calls(self, tool: str, rounds: int | None) -> None:
        """The model calls a tool."""
        self.model.call(tool)
        self.settle(rounds=rounds)

    @precondition(lambda self: self.model.asked)
    @rule(end_turn=st.sampled_from((None, False)), rounds=ROUNDS)
    def model_ends(self, end_turn: bool | None, rounds: int | None) -> None:
        """The model's response ends; with `end_turn=False` it wants to be asked again."""
        self.model.end(end_turn=end_turn)
        self.settle(rounds=rounds)

    @precondition(lambda self: self.model.asked)
    @rule(retryable=st.booleans(), rounds=ROUNDS)
    def model_fails(self, retryable: bool, rounds: int | None) -> None:
        """The model's response breaks off."""
        self.model.fail(retryable=retryable)
        self.settle(rounds=rounds)

    @precondition(lambda self: bool(self.hands.running))
    @rule(number=st.integers(0, 2), error=st.sampled_from((None, "broken")), rounds=ROUNDS)
    def tool_ends(self, number: int, error: str | None, rounds: int | None) -> None:
        """A tool that runs comes to its end, also one that was abandoned."""
        self.hands.end(number, error=error)
        self.settle(rounds=rounds)

    @precondition(lambda self: bool(self.hook_events))
    @rule(result=hook_results() | broken_hook_results(), after_s=st.sampled_from((0.0, 0.05, 1.0, inf)))
    def hook_will(self, result: HookResult, after_s: float) -> None:
        """The next program of a hook will end so, after some time, whatever its event; with `inf` never by itself."""
        if result.exit.error is None:
            self._programs.append(result.program(after_s))

    @rule(seconds=st.sampled_from((0.05, 0.1, 1.0, 10.0)))
    def time_passes(self, seconds: float) -> None:
        """Time passes."""
        self.host.advance(seconds)
        self.check()

    def _program(self, _command: Command) -> Program:
        return self._programs.pop(0) if self._programs else printing("")

    def _hooks(self) -> Hooks | None:
        if not self.hook_events:
            return None
        handlers = [{"hooks": [{"type": "command", "command": "hook", "timeout": 7}]}]
        text = json.dumps({"hooks": {event.wire: handlers for event in self.hook_events}})
        files = [HookFile(path="/home/ada/hooks.json", source="user", text=text)]
        return Hooks(
            config=configure(files, bypass_trust=True),
            runner=CommandRunner(processes=self.processes, env={"SHELL": "/bin/sh", "HOME": "/home/ada"}),
            spiller=Spiller(folder="/tmp", files=NoFiles(), new_id=CountedIds().new),
        )

    # What holds.

    def check(self) -> None:
        """Check what holds at any time. Raises PromiseBroken, or what broke the session down."""
        for envelope in self.journal.appended[len(self.promises.log) :]:
            self.promises.take(envelope)
        if self.host.over:
            self.host.result()
        self._rules_are_silent()
        if self.session.state != self.promises.state:
            raise self.promises.broken("the state of the session is not the fold of its log")
        if self.delivered != self._to_deliver()[: len(self.delivered)]:
            raise self.promises.broken("a subscriber was given something else than the journal has")
        self.promises.keeps(self.accepted())
        self._abort_moves()

    def _to_deliver(self) -> list[Envelope]:
        first = self.delivered[0].seq if self.delivered else 0
        return self.journal.appended[min(first, self._listening_from) :]

    def accepted(self) -> list[str]:
        """Ids of the inputs of which a client was told that they are accepted."""
        results = [request.result for request in self.requests]
        return [
            each.input_id
            for each in results
            if isinstance(each, Started | Steered | Queued) and each.input_id is not None
        ]

    def _rules_are_silent(self) -> None:
        found = [finding for finding in self.findings if finding.code not in self.allowed]
        if found:
            raise self.promises.broken("\n".join(map(told, found)))

    def _abort_moves(self) -> None:
        state, now = self.session.state, self.host.clock.now
        if state.turn is None or not is_aborting(state):
            self._aborting = None
        elif self._aborting is None or self._aborting[0] != state.turn.turn_id:
            self._aborting = (state.turn.turn_id, now)
        elif now - self._aborting[1] > self.abort_s_max:
            raise self.promises.broken(
                f"the abort of turn {state.turn.turn_id} hangs: {now - self._aborting[1]:g} s"
            )

    def teardown(self) -> None:
        """Shut the session down, and check what holds in the end, unless the example has failed already."""
        failed = sys.exc_info()[0] is not None
        try:
            if not self.host.over:
                self._leave.set()
                self.host.advance(DAY_S, lambda: self._left)
                if not self._left and not failed:
                    raise self.promises.broken("the session does not come to an end")
            if not failed:
                self._at_end()
        finally:
            self.hands.release()
            if not self.host.over:
                self.host.stop()

    def _at_end(self) -> None:
        self.hands.release()
        self.host.advance(DAY_S, lambda: self.host.over)
        self.host.result()
        self.check()
        self.promises.finish(self.accepted())
        waiting = [request.name for request in self.requests if not request.done]
        if waiting:
            raise self.promises.broken(f"requests were never answered: {', '.join(waiting)}")
        if not self.journal.closed or self.delivered != self._to_deliver():
            raise self.promises.broken(
                "the session is over, and its journal is open or a subscriber missed something"
            )
