"""The network service of a session: which hosts its commands may reach, and who says so."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Literal, Protocol

from turnfold.core.engine.network.accounts import Accounts, Recorder, say
from turnfold.core.engine.network.bench import Bench
from turnfold.core.engine.network.lease import Lease
from turnfold.core.engine.network.question import Question, RuleSink, Verdict, Waiter
from turnfold.core.engine.ports import Desk, SandboxDenial, ToolFailed, ToolFatal, ToolInterrupted
from turnfold.core.lifecycle import TurnPhase
from turnfold.core.network import (
    Clear,
    Finish,
    Interrupted,
    Knowledge,
    NetworkCall,
    Rejected,
    Target,
    consult,
)
from turnfold.core.state import State
from turnfold.events import NetworkCallFinished, NetworkCallRegistered

Standing = Literal["allow", "deny", "ask"]
"""What the configuration says of a target before anybody is asked."""


class Spawn(Protocol):
    """Starts work of a turn, which is cancelled when the turn is aborted."""

    def __call__(
        self, effect_id: str, work: Callable[[], Awaitable[None]], *, turn_id: str | None = None
    ) -> object:
        """Start *work* and return at once. Raises RuntimeError when nothing can be started any more."""
        ...


def no_environment(_registration_id: str) -> Mapping[str, str]:
    """Return no variables: the environment of a service without a proxy."""
    return {}


def ask_about_all(_target: Target) -> Standing:
    """Return `ask`: a configuration without any network rule."""
    return "ask"


class NetworkService:
    """Decides about the network for one session (requirements D1 to D5; Codex's network approval service).

    Commands reach it by the proxy, whose tasks belong to no turn. The deciding is work of the turn, started by
    *spawn*, so that an abort cancels it; requests that waited are then denied without a word in the log.

    Args:
        state: the session as it is.
        current: the running turn's desk; None when no turn runs, and then nobody can be asked.
        bench: who decides.
        spawn: starts the deciding.
        environment: variables for a command, by its registration id: `Proxy.env`.
        standing: what the configuration says of a target; the session's own decisions come first.
        rules: where rules go that the user makes.
        session: takes what happens to a deferred call whose turn is over.
    """

    def __init__(
        self,
        state: Callable[[], State],
        current: Callable[[], Desk | None],
        bench: Bench,
        spawn: Spawn,
        *,
        environment: Callable[[str], Mapping[str, str]] = no_environment,
        standing: Callable[[Target], Standing] = ask_about_all,
        rules: RuleSink | None = None,
        session: Recorder | None = None,
    ) -> None:
        self._state = state
        self._current = current
        self._bench = bench
        self._spawn = spawn
        self._environment = environment
        self._standing = standing
        self._rules = rules
        self._session = session
        self._accounts = Accounts()
        self._questions: dict[Target, Question] = {}

    @asynccontextmanager
    async def lease(
        self, desk: Desk, call_id: str, command: str | None, mode: str
    ) -> AsyncGenerator[Lease, None]:
        """Register an attempt of a call (D1).

        Leaving an `immediate` one takes its outcome: ToolFailed with the text that rejects the call, or
        ToolInterrupted, in place of what the attempt returned or of how it failed (D5). A `deferred` one stays
        registered until `Lease.finish`, unless the attempt failed. An abort ends either without an event.
        """
        registered = NetworkCallRegistered(
            registration_id=desk.new_id("network"),
            call_id=call_id,
            turn_id=desk.turn_id,
            command=command,
            mode=mode,
        )
        name = registered.registration_id
        await desk.record(registered)
        self._accounts.calls = self._accounts.calls.after(registered)

        async def take() -> None:
            await self._take(desk, name)

        try:
            try:
                yield Lease(name, self._environment(name), take)
            except (ToolFailed, SandboxDenial):
                await take()
                raise
            except (ToolFatal, ToolInterrupted):
                await self._finish(desk, name)
                raise
            if mode == "immediate":
                await take()
        except BaseException:
            self._forget(name)
            raise

    async def request(self, target: Target, registration_id: str | None = None) -> Verdict:
        """Return whether a command may reach *target*; waits for whoever has to decide.

        The order of requirement D2: denied hosts, approved hosts, an open question about the same target, then a
        question of its own. Cancelling it takes the request back. It never raises for what happens to the turn:
        a request whose turn is over is denied.

        Args:
            target: what is to be reached.
            registration_id: the registration that the request shows; None when it shows none.
        """
        owner = self._accounts.calls.owner(registration_id)
        while True:
            desk, known = self._current(), consult(self._state(), target)
            standing = self._standing(target)
            if standing == "deny":
                return await self._blocked(desk, owner, target, "the configuration denies it")
            if known is Knowledge.DENIED:
                return await self._blocked(desk, owner, target, "it was denied for this session")
            if known is Knowledge.APPROVED or standing == "allow":
                return Verdict(allowed=True)
            question = self._questions.get(target)
            if question is not None and question.withdrawn:
                await question.done.wait()
                continue
            if question is None:
                if desk is None:
                    return await self._blocked(None, owner, target, "no turn is running that could ask")
                turn = desk.state.turn
                if turn is None or turn.phase is not TurnPhase.RUNNING:
                    # Nobody may be asked any more, and no denial may be seen that nobody gave (F6).
                    return Verdict(allowed=False, message="the turn is being aborted")
                question = self._open(target, desk, owner)
            if question is None:
                return Verdict(allowed=False, message="the session is closing")
            return await question.join(Waiter(owner))

    def _open(self, target: Target, desk: Desk, owner: NetworkCall | None) -> Question | None:
        """Own the question about *target*; None when the session is closing and nobody can be asked."""

        def close() -> None:
            del self._questions[target]

        question = Question(
            target=target,
            desk=desk,
            owner=owner,
            accounts=self._accounts,
            bench=self._bench,
            rules=self._rules,
            close=close,
            approval_id=desk.new_id("approval"),
        )
        self._questions[target] = question
        try:
            self._spawn(desk.new_id("network-question"), question.run, turn_id=desk.turn_id)
        except RuntimeError:
            close()
            return None
        return question

    async def settle(self, turn_id: str) -> None:
        """Withdraw all questions of a turn that is about to complete, and wait until the log has no open one."""
        questions = [each for each in self._questions.values() if each.desk.turn_id == turn_id]
        for question in questions:
            for waiter in list(question.waiters):
                question.leave(waiter)
        for question in questions:
            await question.done.wait()

    async def _blocked(
        self, desk: Desk | None, owner: NetworkCall | None, target: Target, why: str
    ) -> Verdict:
        message = f"{target.text} is not allowed: {why}"
        turn_id = None if desk is None else desk.turn_id
        await self._accounts.block(desk or self._session, turn_id, owner, target, message)
        return Verdict(allowed=False, message=message)

    async def _take(self, desk: Desk, registration_id: str) -> None:
        """End a registration, and raise what its outcome does to the call (D5)."""
        match await self._finish(desk, registration_id):
            case Rejected(text):
                raise ToolFailed(text)
            case Interrupted(text):
                raise ToolInterrupted(text)
            case _:
                pass

    async def _finish(self, desk: Desk, registration_id: str) -> Finish:
        """End a registration, if nobody did before, and return what its outcome does to the call."""
        if registration_id not in self._accounts.calls.active:
            return Clear()
        # What only this call had asked is closed first: the turn could not end with it.
        for question in self._leave(registration_id):
            await question.done.wait()
        async with self._accounts.lock:
            call = self._accounts.calls.active[registration_id]
            finished = NetworkCallFinished(
                registration_id=registration_id,
                call_id=call.call_id,
                outcome=call.outcome,
                message=call.message,
            )
            self._accounts.calls = self._accounts.calls.after(finished)
            if not await say(desk, finished) and self._session is not None:
                await say(self._session, finished)
        return call.finish

    def _leave(self, registration_id: str) -> list[Question]:
        emptied: list[Question] = []
        for question in list(self._questions.values()):
            for waiter in list(question.waiters):
                if waiter.owner is not None and waiter.owner.registration_id == registration_id:
                    question.leave(waiter)
            if not question.waiters:
                emptied.append(question)
        return emptied

    def _forget(self, registration_id: str) -> None:
        """Drop a registration without a word: its turn is being aborted, or its attempt broke."""
        self._leave(registration_id)
        self._accounts.calls = self._accounts.calls.without(registration_id)
