"""The way of one tool call from its request to its result: requirement, judges, decision, attempt, retry."""

import shlex
from contextlib import AbstractAsyncContextManager, nullcontext

from turnfold.core.approvals import (
    APPROVED_BY_CONFIG,
    NO_VERDICT,
    TOOL_INTERRUPTED,
    USER,
    ActionFacts,
    CommandVerdict,
    Forbidden,
    Go,
    HookSay,
    Interrupted,
    NeedsApproval,
    Rejected,
    Ruling,
    Skip,
    core_decision,
    enforce,
    hook_ruling,
    judges,
    may_retry,
    requirement,
    restricted,
    retry_needs_approval,
)
from turnfold.core.engine.approvals.services import AmendmentFailed, Services, Terms
from turnfold.core.engine.ports import (
    Action,
    Attempt,
    Desk,
    NetworkLease,
    ReviewRequest,
    Sandbox,
    SandboxDenial,
    ToolCall,
    ToolFailed,
    ToolInterrupted,
    ToolResult,
)
from turnfold.core.lifecycle import CallPhase
from turnfold.events import (
    ApprovalRequested,
    SandboxDenied,
    ToolDecisionRecorded,
    WarningRaised,
)


async def orchestrate(
    action: Action, call: ToolCall, desk: Desk, terms: Terms, services: Services
) -> ToolResult:
    """Have one call approved as far as it needs to be, attempt it, and return what the model is told.

    The order of Codex (requirements C1 to C4, C7): requirement; PermissionRequest hooks, then reviewer or user;
    one recorded decision; the attempt, confined. If the sandbox stopped it, at most one more, without sandbox.

    Raises ToolFailed when the call is forbidden or rejected, or failed; ToolInterrupted when the abort of the
    turn was begun from here; ToolFatal and TurnOver as they come. It records nothing about the call's end.
    """
    return await _Way(action, call, desk, terms, services).walk()


class _Way:
    """One call on its way."""

    def __init__(self, action: Action, call: ToolCall, desk: Desk, terms: Terms, services: Services) -> None:
        self.action = action
        self.call = call
        self.desk = desk
        self.terms = terms
        self.services = services
        self.verdict = self._verdict()

    async def walk(self) -> ToolResult:
        """First attempt, and what comes of it."""
        sandbox = self.terms.confine(self.action)
        needed = requirement(self.terms.policy, self._facts(sandbox), self.verdict, self.terms.sandbox_mode)
        ruling: Ruling | None = None
        match needed:
            case Forbidden(reason=reason):
                raise ToolFailed(reason)
            case NeedsApproval(reason=reason):
                ruling = await self._judged(1, reason)
            case Skip(bypass_sandbox=bypass):
                if bypass:
                    sandbox = None
        if self.action.escalated or not restricted(self.terms.sandbox_mode):
            sandbox = None
        await self._enforce(1, ruling or APPROVED_BY_CONFIG)
        try:
            return await self._attempt(1, sandbox, ruling or APPROVED_BY_CONFIG)
        except SandboxDenial as denial:
            if sandbox is None or not self._ran():
                # Nothing to be had from an attempt without sandbox: it was one, or no command was stopped.
                return _denied(denial)
            return await self._retry(denial, ruling)

    async def _retry(self, denial: SandboxDenial, first: Ruling | None) -> ToolResult:
        """The second attempt, without sandbox, if it may be had (C2)."""
        await self.desk.record(
            SandboxDenied(
                call_id=self.call.call_id, attempt=1, turn_id=self.desk.turn_id, message=denial.message
            )
        )
        if not may_retry(self.terms.policy, self.action.kind):
            return _denied(denial)
        ruling = APPROVED_BY_CONFIG
        if retry_needs_approval(first, strict=self.terms.strict, profile=self.terms.profile):
            ruling = await self._judged(2, denial.message)
        await self._enforce(2, ruling)
        try:
            return await self._attempt(2, None, ruling)
        except SandboxDenial as again:
            return _denied(again)

    def _verdict(self) -> CommandVerdict:
        if self.action.argv is None or self.services.commands is None:
            return NO_VERDICT
        return self.services.commands.judge(self.action.argv)

    def _facts(self, sandbox: Sandbox | None) -> ActionFacts:
        return ActionFacts(
            kind=self.action.kind,
            command=self.action.argv is not None,
            escalated=self.action.escalated,
            asks=self.action.asks,
            confined=sandbox is not None,
        )

    def _ran(self) -> bool:
        """Whether a command of the call was run and ended, as the log has it."""
        call = self.desk.state.calls.get(self.call.call_id)
        return call is not None and call.phase is CallPhase.RAN

    def _command(self) -> str | None:
        """The command as hooks, questions and the network service are told it (C5, D1)."""
        if self.action.hook_command is not None or self.action.argv is None:
            return self.action.hook_command
        return shlex.join(self.action.argv)

    async def _judged(self, attempt: int, reason: str | None) -> Ruling:
        """Ask hooks, then reviewer or user, until one of them decides (C1)."""
        reviews = self.services.reviews
        order = judges(
            payload=self.action.hook_command is not None and self.services.hooks is not None,
            routed=self.terms.routed and reviews is not None,
            attempt=attempt,
            profile=self.terms.profile,
        )
        ruling = await self._asked_of_hooks(attempt, order.hooks)
        if ruling is not None:
            return ruling
        if order.reviewer and reviews is not None:
            return await reviews.review(self.desk, self._review_request(attempt, reason))
        return await self._asked_of_user(attempt, reason)

    async def _asked_of_hooks(self, attempt: int, say: HookSay) -> Ruling | None:
        hooks, command = self.services.hooks, self.action.hook_command
        if say is HookSay.NOTHING or hooks is None or command is None:
            return None
        call_id = self.call.call_id
        # Both requests are the same for a hook but for the run id: why there is a retry does not concern it (C2).
        verdict = await hooks.permission(
            self.desk,
            command=command,
            description=self.action.justification,
            suffix=call_id if attempt == 1 else f"{call_id}:retry",
            call_id=call_id,
        )
        return hook_ruling(say, verdict.decision, verdict.message, interrupt=verdict.interrupt)

    def _review_request(self, attempt: int, reason: str | None) -> ReviewRequest:
        return ReviewRequest(
            review_id=self.desk.new_id("review"),
            turn_id=self.desk.turn_id,
            call_id=self.call.call_id,
            kind=self.action.kind,
            command=self._command(),
            cwd=self.action.cwd,
            justification=self.action.justification,
            retry_reason=reason if attempt > 1 else None,
        )

    async def _asked_of_user(self, attempt: int, reason: str | None) -> Ruling:
        """Ask the user, unless the answer was given for the session already."""
        memory, keys = self.services.memory, self.action.cache_keys
        if memory.approvals.allows(keys):
            return Ruling(decision="approved_for_session", source=USER)
        answer = await self.desk.ask(
            ApprovalRequested(
                # A fresh one for each attempt: a late answer to the first question cannot resolve the second.
                approval_id=self.desk.new_id("approval"),
                call_id=self.call.call_id,
                turn_id=self.desk.turn_id,
                approval_kind=self.action.kind,
                reason=reason or self.action.justification,
                command=self._command(),
                cwd=self.action.cwd,
                attempt=attempt,
                route=USER,
                choices=self._choices(),
            )
        )
        memory.approvals = memory.approvals.resolved(keys, answer)
        decision = core_decision(answer.decision)
        if decision == "approved_execpolicy_amendment":
            await self._keep(answer.amendment or self.verdict.amendment)
        return Ruling(decision=decision, source=USER, message=answer.message, amendment=answer.amendment)

    def _choices(self) -> tuple[str, ...]:
        offers = ["approved"]
        if self.verdict.amendment is not None:
            offers.append("approved_execpolicy_amendment")
        if self.action.cache_keys:
            offers.append("approved_for_session")
        return (*offers, "denied", "abort")

    async def _keep(self, amendment: object) -> None:
        """Keep a rule before its approval takes effect; that stands even if the rule cannot be kept."""
        try:
            if amendment is None or self.services.rules is None:
                raise AmendmentFailed(
                    "no rule came with the answer" if amendment is None else "no place for rules"
                )
            await self.services.rules.add(amendment)
        except AmendmentFailed as problem:
            await self.desk.record(
                WarningRaised(
                    message=f"The rule was not kept, the approval holds for this call only: {problem}"
                )
            )

    async def _enforce(self, attempt: int, ruling: Ruling) -> None:
        """Record the one decision about the attempt and put it into effect (C3, C4)."""
        decided = ToolDecisionRecorded(
            call_id=self.call.call_id,
            decision=ruling.decision,
            source=ruling.source,
            attempt=attempt,
            turn_id=self.desk.turn_id,
            message=ruling.message,
        )
        match enforce(ruling):
            case Go():
                await self.desk.record(decided)
            case Rejected(text):
                await self.desk.record(decided)
                raise ToolFailed(text)
            case Interrupted(by):
                notices = [WarningRaised(message=ruling.warning)] if ruling.warning else []
                await self.desk.interrupt(*notices, decided, by=by)
                raise ToolInterrupted(TOOL_INTERRUPTED)

    async def _attempt(self, number: int, sandbox: Sandbox | None, ruling: Ruling) -> ToolResult:
        async with self._lease() as network:
            return await self.action.attempt(
                Attempt(
                    number=number,
                    desk=self.desk,
                    sandbox=sandbox,
                    network=network,
                    allowed_by=ruling.source,
                )
            )

    def _lease(self) -> AbstractAsyncContextManager[NetworkLease | None]:
        network, mode = self.services.network, self.action.network
        if network is None or mode is None:
            return nullcontext(None)
        return network.lease(self.desk, self.call.call_id, self._command(), mode)


def _denied(denial: SandboxDenial) -> ToolResult:
    """What the model is told of an attempt that the sandbox stopped, and that has no successor."""
    return ToolResult(output=denial.output or denial.message, success=False)
