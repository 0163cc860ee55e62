"""PermissionRequest: a hook may allow or deny what needs approval (B2 to B6)."""

from functools import partial
from typing import Annotated, Final, Literal

import attrs
from msgspec import Meta

from turnfold.core.hooks.contract import (
    Answer,
    Blank,
    Contract,
    Specific,
    Wire,
    blocked,
    failed,
    ignored,
    silent,
    trimmed,
    universal_fault,
    unsupported,
)
from turnfold.core.hooks.names import HookEvent
from turnfold.core.hooks.outputs import Outcome

_EVENT: Final = HookEvent.PERMISSION_REQUEST
_DENIED: Final = "PermissionRequest hook denied approval"
_RESERVED: Final = "PermissionRequest hooks currently fail closed if this field is present."


class PermissionVerdict(Wire, frozen=True, kw_only=True):
    """What a hook decides."""

    behavior: Annotated[Literal["allow", "deny"], Meta(title="PermissionRequestBehaviorWire")]
    updated_input: Annotated[
        object, Meta(description=f"Reserved for a future input-rewrite capability.\n\n{_RESERVED}")
    ] = None
    updated_permissions: Annotated[
        object, Meta(description=f"Reserved for a future permission-rewrite capability.\n\n{_RESERVED}")
    ] = None
    message: str | None = None
    interrupt: Annotated[
        bool,
        Meta(
            description="When `true`, a deny decision interrupts the current turn after the hook "
            "feedback is recorded."
        ),
    ] = False


class PermissionSpecific(Specific, frozen=True, kw_only=True):
    """The part of the answer that is special to this event."""

    decision: Annotated[PermissionVerdict | None, Meta(title="PermissionRequestDecisionWire")] = None


class PermissionAnswer(Answer, frozen=True, kw_only=True):
    """The answer on stdout."""

    hook_specific_output: Annotated[
        PermissionSpecific | None, Meta(title="PermissionRequestHookSpecificOutputWire")
    ] = None


def _judge(answer: PermissionAnswer, *, interrupting: bool) -> Outcome:
    specific = answer.hook_specific_output
    verdict = None if specific is None else specific.decision
    if fault := universal_fault(_EVENT, answer):
        return failed(fault)
    if verdict is None:
        return Outcome()
    if fault := _fault(verdict, interrupting=interrupting):
        return failed(fault)
    if verdict.behavior == "allow":
        return Outcome(decision="allow")
    return attrs.evolve(_deny(trimmed(verdict.message) or _DENIED), interrupt=verdict.interrupt)


def _fault(verdict: PermissionVerdict, *, interrupting: bool) -> str | None:
    if verdict.updated_input is not None:
        return unsupported(_EVENT, "updatedInput")
    if verdict.updated_permissions is not None:
        return unsupported(_EVENT, "updatedPermissions")
    if verdict.interrupt and not (interrupting and verdict.behavior == "deny"):
        return unsupported(_EVENT, "interrupt:true")
    return None


def _deny(text: str) -> Outcome:
    return blocked(text, decision="deny")


def _contract(*, interrupting: bool) -> Contract[PermissionAnswer]:
    return Contract(
        shape=PermissionAnswer,
        judge=partial(_judge, interrupting=interrupting),
        invalid="hook returned invalid permission-request JSON output",
        plain=ignored,
        two=Blank(error=silent(_EVENT, "a denial reason"), means=_deny),
    )


PERMISSION_REQUEST: Final = _contract(interrupting=True)
"""The contract of the source: a denial may interrupt the turn."""

PERMISSION_REQUEST_CODEX: Final = _contract(interrupting=False)
"""The contract of the releases of Codex: an answer that wants to interrupt is refused."""
