"""Who decides about something that a running command wants: hooks, then the reviewer or the user."""

from collections.abc import Callable
from typing import Protocol

import attrs

from turnfold.core.approvals import USER, Ruling, core_decision, hook_ruling, judges
from turnfold.core.engine.approvals import HookVerdict, Reviews, Terms
from turnfold.core.engine.ports import Desk, ReviewRequest
from turnfold.events import ApprovalRequested


class QuestionHooks(Protocol):
    """Runs PermissionRequest hooks about something that is not a whole call."""

    async def permission(
        self,
        desk: Desk,
        *,
        command: str,
        description: str | None,
        suffix: str,
        call_id: str | None = None,
        approval_id: str | None = None,
    ) -> HookVerdict:
        """Run all matching hooks to their end, and record that; begin no abort."""
        ...


@attrs.frozen(kw_only=True)
class Matter:
    """What is to be decided."""

    approval_id: str
    """Id of the question, fresh for each."""

    kind: str
    """One of `events.APPROVAL_KINDS`."""

    command: str
    """The command in question as one shell line."""

    suffix: str
    """End of the ids of its hook runs."""

    choices: tuple[str, ...]
    """What the user is offered."""

    description: str | None = None
    """What hooks are told beside the command; left out when None."""

    reason: str | None = None
    """What the user is told beside the command."""

    cwd: str | None = None
    """Directory in which the command runs."""


@attrs.frozen(kw_only=True)
class Bench:
    """The judges of one session, for the network and for the exec gate (requirements D2, E1).

    What is decided here belongs to a command that runs, and its call may be over before the answer comes: the
    call answers its model while a process stays in the background. So the questions name no call, and an answer
    is legal as long as the turn runs.
    """

    terms: Callable[[], Terms]
    """The terms of the running turn."""

    hooks: QuestionHooks | None = None
    """PermissionRequest hooks; None for none."""

    reviews: Reviews | None = None
    """The automated reviewer; None for none, and then the user is asked in its place."""

    async def rule(self, desk: Desk, matter: Matter) -> Ruling:
        """Ask hooks, then reviewer or user, until one decides; record the asking, not what comes of it.

        Raises TurnOver.
        """
        terms = self.terms()
        order = judges(
            payload=self.hooks is not None, routed=terms.routed and self.reviews is not None, attempt=1
        )
        if self.hooks is not None:
            verdict = await self.hooks.permission(
                desk,
                command=matter.command,
                description=matter.description,
                suffix=matter.suffix,
                approval_id=matter.approval_id,
            )
            ruling = hook_ruling(order.hooks, verdict.decision, verdict.message, interrupt=verdict.interrupt)
            if ruling is not None:
                return ruling
        if order.reviewer and self.reviews is not None:
            return await self.reviews.review(desk, _review_request(desk, matter))
        return await _ask_user(desk, matter)


def _review_request(desk: Desk, matter: Matter) -> ReviewRequest:
    return ReviewRequest(
        review_id=desk.new_id("review"),
        turn_id=desk.turn_id,
        call_id=None,
        kind=matter.kind,
        command=matter.command,
        cwd=matter.cwd,
        justification=matter.description,
    )


async def _ask_user(desk: Desk, matter: Matter) -> Ruling:
    answer = await desk.ask(
        ApprovalRequested(
            approval_id=matter.approval_id,
            turn_id=desk.turn_id,
            approval_kind=matter.kind,
            reason=matter.reason,
            command=matter.command,
            cwd=matter.cwd,
            route=USER,
            choices=matter.choices,
        )
    )
    decision = core_decision(answer.decision)
    return Ruling(decision=decision, source=USER, message=answer.message, amendment=answer.amendment)
