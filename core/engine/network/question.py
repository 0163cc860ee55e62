"""One open question about a target, shared by all requests that want to reach it meanwhile."""

from collections.abc import Callable
from typing import Final, Protocol

import attrs
import trio

from turnfold.core.approvals import CONFIG, Ruling, restricted
from turnfold.core.engine.approvals import AmendmentFailed, Terms
from turnfold.core.engine.network.accounts import Accounts, refusal, say
from turnfold.core.engine.network.bench import Bench, Matter
from turnfold.core.engine.network.withdrawal import runs_on, withdrawal
from turnfold.core.engine.ports import Desk, TurnOver
from turnfold.core.network import NetworkCall, Target, network_decision, outcome_of
from turnfold.events import (
    Event,
    NetworkAccessRequested,
    NetworkDecisionMade,
    WarningRaised,
)

CHOICES: Final = ("approved", "approved_for_session", "network_policy_amendment", "denied", "abort")
"""What the user is offered about a host."""

GONE: Final = "nobody waits for this connection any more"
"""Why a question is withdrawn."""


@attrs.frozen
class Verdict:
    """What becomes of one request."""

    allowed: bool
    message: str | None = None
    """Why not, for a person."""


class RuleSink(Protocol):
    """Keeps network rules that a person accepted."""

    async def add(self, amendment: object) -> None:
        """Make the rule durable. Raises AmendmentFailed."""
        ...


@attrs.define(eq=False)
class Waiter:
    """A request that waits for the answer."""

    owner: NetworkCall | None
    """Call that it belongs to; None when no single one owns it."""

    verdict: Verdict = Verdict(allowed=False, message="its command or its turn is over")
    released: trio.Event = attrs.field(factory=trio.Event)


@attrs.define(eq=False, kw_only=True)
class Question:
    """A target that is being decided about, for the session's service."""

    target: Target
    desk: Desk
    owner: NetworkCall | None
    """Call of the request that asked first; the answer is laid to its account."""
    accounts: Accounts
    bench: Bench
    rules: RuleSink | None
    close: Callable[[], None]
    """Takes the question out of the service, at once."""
    approval_id: str
    waiters: set[Waiter] = attrs.field(factory=set[Waiter])
    asked: trio.Event = attrs.field(factory=trio.Event)
    """Set once the log has the question, or never will."""
    decided: bool = False
    """Whether somebody decided: what is left is to say so."""
    scope: trio.CancelScope = attrs.field(factory=trio.CancelScope)
    done: trio.Event = attrs.field(factory=trio.Event)

    @property
    def withdrawn(self) -> bool:
        """Whether it is being closed unanswered: who comes now waits for that and asks anew."""
        return self.scope.cancel_called

    @property
    def command(self) -> str:
        """What hooks and the user are shown: the owning call's command, if there is one (D2)."""
        return self.target.access if self.owner is None else self.owner.command or self.target.access

    async def run(self) -> None:
        """Decide, tell all that wait, and be gone. Whoever drops this task has denied."""
        verdict = Verdict(allowed=False, message="the question about it was dropped")
        try:
            with self.scope:
                verdict = await self._decide()
            if self.scope.cancelled_caught:
                await self._withdraw()
        except TurnOver:
            pass
        finally:
            # Removed with the waking, and before any of them runs: who comes now asks anew.
            self.close()
            for waiter in self.waiters:
                waiter.verdict = verdict
                waiter.released.set()
            self.asked.set()
            self.done.set()

    async def join(self, waiter: Waiter) -> Verdict:
        """Wait for the answer. Leaving takes the request back; with the last one the question is withdrawn."""
        first = not self.waiters
        self.waiters.add(waiter)
        try:
            if not first:
                await self._note_sharing(waiter)
            await waiter.released.wait()
        finally:
            self.leave(waiter)
        return waiter.verdict

    def leave(self, waiter: Waiter) -> None:
        """Wait no longer."""
        self.waiters.discard(waiter)
        waiter.released.set()
        if not self.waiters and not self.decided:
            self.scope.cancel()

    async def _note_sharing(self, waiter: Waiter) -> None:
        await self.asked.wait()
        async with self.accounts.lock:
            if self.target.text in self.desk.state.hosts and not self.decided:
                await say(self.desk, self._requested(waiter.owner, shared=True))

    def _requested(self, owner: NetworkCall | None, *, shared: bool = False) -> NetworkAccessRequested:
        return NetworkAccessRequested(
            host=self.target.host,
            protocol=self.target.protocol,
            port=self.target.port,
            call_id=None if owner is None else owner.call_id,
            turn_id=self.desk.turn_id,
            command=self.command,
            shared=shared,
        )

    def _made(self, decision: str, source: str, message: str | None, *, interrupt: bool) -> Event:
        return NetworkDecisionMade(
            host=self.target.host,
            protocol=self.target.protocol,
            port=self.target.port,
            decision=decision,
            source=source,
            call_id=None if self.owner is None else self.owner.call_id,
            turn_id=self.desk.turn_id,
            message=message,
            interrupt=interrupt,
        )

    async def _decide(self) -> Verdict:
        complaint = unasked(self.bench.terms())
        if complaint is not None:
            self.decided = True
            message = f"{self.target.text} is not allowed: {complaint}"
            await self.accounts.block(self.desk, self.desk.turn_id, self.owner, self.target, message)
            return Verdict(allowed=False, message=message)
        async with self.accounts.lock:
            await self.desk.record(self._requested(self.owner))
            self.asked.set()
        ruling = await self._judged()
        self.decided = True
        await self._keep(ruling)
        return await self._carry_out(ruling)

    async def _judged(self) -> Ruling:
        matter = Matter(
            approval_id=self.approval_id,
            kind="network",
            command=self.command,
            description=self.target.access,
            reason=self.target.access,
            suffix=self.target.suffix,
            choices=CHOICES,
        )
        try:
            return await self.bench.rule(self.desk, matter)
        except TurnOver:
            raise
        except Exception as problem:  # noqa: BLE001 whatever breaks in a judge must not open the network
            text = f"the decision about {self.target.text} failed: {type(problem).__name__}: {problem}"
            return Ruling(decision="denied", source=CONFIG, message=text)

    async def _keep(self, ruling: Ruling) -> None:
        """Keep the user's rule before it takes effect (as rules for commands are, fact 74)."""
        if ruling.decision != "network_policy_amendment":
            return
        try:
            if self.rules is None:
                raise AmendmentFailed("there is no place for rules")
            await self.rules.add(ruling.amendment)
        except AmendmentFailed as problem:
            text = f"The rule was not kept, it holds for this session only: {problem}"
            await say(self.desk, WarningRaised(message=text))

    async def _carry_out(self, ruling: Ruling) -> Verdict:
        """Record what was decided, in the order of requirement D3."""
        decision = network_decision(ruling)
        allowed = decision.startswith("allow")
        made = self._made(decision, ruling.source, ruling.message, interrupt=ruling.interrupt)
        async with self.accounts.lock:
            if allowed:
                await self.desk.record(made)
                return Verdict(allowed=True)
            charged = self.accounts.charge(self.owner, self.target, *outcome_of(ruling))
            if ruling.interrupt:
                notices = (WarningRaised(message=ruling.warning),) if ruling.warning else ()
                by = "hook" if ruling.source == CONFIG else "reviewer"
                await self.desk.interrupt(*notices, *charged, made, by=by)
            else:
                await self.desk.record(*charged, made)
            # The abort, once begun, cancels this task: the refusals still belong to the log.
            with trio.CancelScope(shield=True):
                refused = [refusal(self.target, waiter.owner, self.desk.turn_id) for waiter in self.waiters]
                await say(self.desk, *refused)
        return Verdict(allowed=False, message=ruling.message)

    async def _withdraw(self) -> None:
        """Close in the log what is open of a question that nobody waits for, so that the turn can end.

        While the turn is being aborted nothing is said: no denial may be seen that nobody gave (F6).
        """
        if not runs_on(self.desk):
            return
        events = withdrawal(self.desk, self.target.suffix, self.approval_id, GONE)
        if self.asked.is_set():
            events.append(self._made("deny", CONFIG, GONE, interrupt=False))
        async with self.accounts.lock:
            await say(self.desk, *events)


def unasked(terms: Terms) -> str | None:
    """Return why nobody is asked about a host on these terms; None when somebody is (D2, after the ledger)."""
    if not terms.policy.asks_about_sandbox:
        return f"the approval policy ({terms.policy.word}) lets nobody be asked"
    if not restricted(terms.sandbox_mode):
        return f"the sandbox mode {terms.sandbox_mode} confines no command, so its network is not to be asked about"
    return None
