"""What events of hooks, approvals and reviews say; see `contents`, of which this is a part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, cast

import attrs

from turnfold import events as ev
from turnfold.core import CallPhase, TurnPhase
from turnfold.core.hooks import HookEvent, run_id
from turnfold.events import Event
from turnfold.replay.testing.deeds import Made
from turnfold.replay.testing.telling import (
    CONFIGURED_IN,
    DECIDED,
    HOSTS,
    RAN,
    RUNNING,
    STARTING,
    CallFacts,
    Dispatch,
    Telling,
)

EXEC, PATCH, NETWORK, INTERCEPTED, PERMISSIONS, USER_INPUT, ELICITATION, DYNAMIC_TOOL = ev.APPROVAL_KINDS


def _run(told: Telling, event: HookEvent, *, suffix: str | None = None, call_id: str | None = None) -> Made:
    """The next run of a dispatch, as long as none of it has ended."""
    dispatch = told.dispatches.get(f"{event.label}:{suffix or ''}")
    if dispatch is None or dispatch.done == 0:
        order = 0 if dispatch is None else len(dispatch.runs)
        yield ev.HookStarted(
            run_id=run_id(event, order, CONFIGURED_IN, suffix),
            event_name=event.snake,
            scope=event.scope,
            source_path=CONFIGURED_IN,
            display_order=order,
            status="running",
            turn_id=told.turn_id if event.scope == "turn" else None,
            call_id=call_id,
        )


def _hook_started(told: Telling) -> Made:
    if told.phase is TurnPhase.RUNNING:
        for event in (
            HookEvent.USER_PROMPT_SUBMIT,
            HookEvent.STOP,
            HookEvent.PRE_COMPACT,
            HookEvent.POST_COMPACT,
        ):
            yield from _run(told, event)
        for call in told.open_calls():
            yield from _run_about(told, call.call_id, call.phase, told.calls[call.call_id])
    elif told.turn_id is not None and told.phase is not TurnPhase.RESERVED:
        yield from _run(told, HookEvent.INTERRUPT)
    else:
        yield from _run(told, HookEvent.SESSION_END)


def _run_about(told: Telling, call_id: str, phase: CallPhase, facts: CallFacts) -> Made:
    permission = HookEvent.PERMISSION_REQUEST
    suffix = call_id if facts.attempt == 1 else f"{call_id}:retry"
    if phase in STARTING and not facts.refused and not facts.judged:
        yield from _run(told, permission, suffix=suffix, call_id=call_id)
        if facts.attempt == 1:
            yield from _run(told, HookEvent.PRE_TOOL_USE, suffix=call_id, call_id=call_id)
    elif phase in {CallPhase.HOOKS, CallPhase.RETRY_HOOKS}:
        for key in (f"{permission.label}:{suffix}", f"{HookEvent.PRE_TOOL_USE.label}:{call_id}"):
            if key in told.dispatches:
                first = told.dispatches[key].first
                yield from _run(told, HookEvent.from_snake(first.event_name), suffix=suffix, call_id=call_id)
    elif phase in RAN:
        yield from _run(told, HookEvent.POST_TOOL_USE, suffix=call_id, call_id=call_id)
    elif phase in {*RUNNING, *DECIDED}:
        host, protocol, port = HOSTS[0]
        yield from _run(told, permission, suffix=f"network#{protocol}#{host}#{port}", call_id=call_id)


def _next_run(dispatch: Dispatch) -> ev.HookStarted:
    return dispatch.runs[dispatch.done]


def _hook_completed(told: Telling) -> Made:
    for dispatch in told.dispatches.values():
        run = _next_run(dispatch)
        held = {field.name: getattr(run, field.name) for field in attrs.fields(ev.HookStarted)}
        for status in ("completed", "failed", "blocked", "stopped"):
            yield cast("Any", ev.HookCompleted)(**{**held, "status": status})


def _hook_closed(told: Telling) -> Made:
    for dispatch in told.dispatches.values():
        run = _next_run(dispatch)
        yield ev.HookClosed(run_id=run.run_id, turn_id=run.turn_id, reason="interrupted")


def _hook_decided(told: Telling) -> Made:
    for dispatch in told.undecided.values():
        first = dispatch.first
        for decision in ("deny",) if dispatch.blocked else (None, "allow", "deny"):
            yield ev.HookDecided(
                event_name=first.event_name,
                decision=decision,
                run_id=first.run_id,
                turn_id=first.turn_id,
                call_id=first.call_id,
            )


def _approval_requested(told: Telling) -> Made:
    approval_id = told.named(ev.ApprovalRequested, "approval")
    for call in told.open_calls():
        facts = told.calls[call.call_id]
        kinds: tuple[str, ...] = ()
        if call.phase in STARTING and not facts.refused and not facts.judged:
            kinds = (EXEC, PATCH, DYNAMIC_TOOL)
        elif call.phase in DECIDED:
            kinds = (ELICITATION,)
        elif call.phase in RUNNING:
            kinds = (INTERCEPTED, NETWORK)
        for kind in kinds:
            yield ev.ApprovalRequested(
                approval_id=approval_id,
                call_id=call.call_id,
                turn_id=told.turn_id,
                approval_kind=kind,
                attempt=facts.attempt,
                route="user",
            )
    for kind in (PERMISSIONS, USER_INPUT):
        yield ev.ApprovalRequested(
            approval_id=approval_id, turn_id=told.turn_id, approval_kind=kind, route="user"
        )


def _approval_resolved(told: Telling) -> Made:
    for asked in told.state.approvals.values():
        for decision in ("approved", "approved_for_session", "denied"):
            yield ev.ApprovalResolved(
                approval_id=asked.approval_id,
                decision=decision,
                source="user",
                call_id=asked.call_id,
                turn_id=told.turn_id,
            )


def _approval_dropped(told: Telling) -> Made:
    for asked in told.state.approvals.values():
        yield ev.ApprovalDropped(approval_id=asked.approval_id, call_id=asked.call_id, reason="aborted")


def _review_started(told: Telling) -> Made:
    for call in told.open_calls(*STARTING, *RUNNING):
        facts = told.calls[call.call_id]
        if call.review_id is None and not facts.refused and not facts.judged:
            review_id = told.named(ev.ReviewStarted, "review")
            yield ev.ReviewStarted(
                review_id=review_id, call_id=call.call_id, turn_id=told.turn_id, status="in_progress"
            )


def _review_ended(told: Telling) -> Made:
    for call in told.open_calls():
        for status in ("approved", "denied", "timed_out", "aborted") if call.review_id is not None else ():
            yield ev.ReviewEnded(
                review_id=call.review_id or "", call_id=call.call_id, turn_id=told.turn_id, status=status
            )


QUESTIONS: Final[Mapping[type[Event], Callable[[Telling], Made]]] = MappingProxyType(
    {
        ev.HookStarted: _hook_started,
        ev.HookCompleted: _hook_completed,
        ev.HookClosed: _hook_closed,
        ev.HookDecided: _hook_decided,
        ev.ApprovalRequested: _approval_requested,
        ev.ApprovalResolved: _approval_resolved,
        ev.ApprovalDropped: _approval_dropped,
        ev.ReviewStarted: _review_started,
        ev.ReviewEnded: _review_ended,
    }
)
"""By type of event, what makes those that would agree with what was told."""
