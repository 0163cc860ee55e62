"""What events of commands, the network, the model and items say; see `contents`, whose second half this is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs

from turnfold import events as ev
from turnfold.core import CallPhase, TurnPhase
from turnfold.events import Event
from turnfold.replay.testing.telling import (
    DECIDED,
    FINAL_OUTCOMES,
    HOSTS,
    RUNNING,
    STARTING,
    Telling,
)

Made: TypeAlias = Iterator[Event]


def _exec_began(told: Telling) -> Made:
    for call in told.open_calls(*DECIDED):
        facts = told.calls[call.call_id]
        if not facts.refused:
            yield ev.ExecBegan(
                call_id=call.call_id,
                attempt=facts.attempt,
                turn_id=told.turn_id,
                command="ls",
                sandbox="bubblewrap",
            )


def _exec_ended(told: Telling) -> Made:
    """The end of a command that runs, also of one that went on in the background after its call was answered."""
    for call_id, facts in told.calls.items():
        for attempt in sorted(facts.began - facts.ended):
            yield ev.ExecEnded(
                call_id=call_id, attempt=attempt, turn_id=facts.turn_id, exit_code=0, status="completed"
            )


def _sandbox_denied(told: Telling) -> Made:
    for call in told.open_calls(CallPhase.RAN):
        yield ev.SandboxDenied(call_id=call.call_id, turn_id=told.turn_id, message="not allowed")


def _intercepted(told: Telling) -> Made:
    for call in told.open_calls(*RUNNING):
        yield ev.ExecIntercepted(
            approval_id=told.named(ev.ExecIntercepted, "interception"),
            call_id=call.call_id,
            turn_id=told.turn_id,
            program="/bin/rm",
            argv=("rm", "x"),
            verdict="prompt",
        )


def _interception_ended(told: Telling) -> Made:
    for approval_id, call_id in told.intercepted.items():
        for action in ("run", "deny"):
            yield ev.InterceptionEnded(approval_id=approval_id, call_id=call_id, action=action)


def _registered(told: Telling) -> Made:
    for call in told.open_calls(*STARTING, *DECIDED):
        facts = told.calls[call.call_id]
        if facts.registration is None:
            yield ev.NetworkCallRegistered(
                registration_id=told.named(ev.NetworkCallRegistered, "registration"),
                call_id=call.call_id,
                turn_id=told.turn_id,
            )


def _network_finished(told: Telling) -> Made:
    for call_id, facts in told.calls.items():
        if facts.registration is not None:
            yield ev.NetworkCallFinished(
                registration_id=facts.registration, call_id=call_id, outcome=facts.outcome
            )


def _access_requested(told: Telling) -> Made:
    for host, protocol, port in HOSTS:
        event = ev.NetworkAccessRequested(host=host, protocol=protocol, port=port, turn_id=told.turn_id)
        known = told.state.hosts.get(event.target)
        yield attrs.evolve(event, shared=known is not None)


def _network_decision(told: Telling) -> Made:
    for host, protocol, port in HOSTS:
        for decision in ev.NETWORK_DECISIONS:
            yield ev.NetworkDecisionMade(
                host=host,
                protocol=protocol,
                port=port,
                decision=decision,
                source="user",
                turn_id=told.turn_id,
            )


def _network_outcome(told: Telling) -> Made:
    for call_id, facts in told.calls.items():
        if facts.registration is not None and facts.outcome not in FINAL_OUTCOMES:
            for host, protocol, port in HOSTS:
                for outcome in ev.NETWORK_OUTCOMES:
                    yield ev.NetworkOutcomeRecorded(
                        host=host, protocol=protocol, port=port, call_id=call_id, outcome=outcome
                    )


def _access_refused(told: Telling) -> Made:
    for host, protocol, port in HOSTS:
        yield ev.NetworkAccessRefused(host=host, protocol=protocol, port=port, turn_id=told.turn_id)


def _request_started(told: Telling) -> Made:
    if told.request_id is None:
        request_id = told.named(ev.ModelRequestStarted, "request")
        yield ev.ModelRequestStarted(turn_id=told.turn_id or "", request_id=request_id, model="m")


def _response_completed(told: Telling) -> Made:
    if told.request_id is not None:
        yield ev.ModelResponseCompleted(turn_id=told.turn_id or "", request_id=told.request_id)


def _request_failed(told: Telling) -> Made:
    if told.request_id is not None:
        for will_retry in (False, True):
            yield ev.ModelRequestFailed(
                turn_id=told.turn_id or "",
                request_id=told.request_id,
                message="overloaded",
                will_retry=will_retry,
            )


def _message(told: Telling) -> Made:
    """The agent speaks in a turn; between turns only what the session notes for the model is a message."""
    if told.phase is TurnPhase.RUNNING:
        yield ev.MessageRecorded(role="assistant", text="yes", parts=1, turn_id=told.turn_id)
        yield ev.MessageRecorded(
            role="assistant", text="well", phase="commentary", parts=1, turn_id=told.turn_id
        )
    yield ev.MessageRecorded(role="developer", text="note", parts=1, turn_id=told.turn_id)


def _agent_message(told: Telling) -> Made:
    yield ev.AgentMessageEmitted(message=told.last_message or "yes")


def _usage(told: Telling) -> ev.TokenUsage:
    count = told.counts[ev.TokenUsageReported] + 1
    return ev.TokenUsage(input_tokens=10 * count, output_tokens=count, total_tokens=11 * count)


def _tokens(told: Telling) -> Made:
    last = ev.TokenUsage(input_tokens=10, output_tokens=1, total_tokens=11)
    yield ev.TokenUsageReported(total=_usage(told), last=last, turn_id=told.turn_id)


def _rolled_back(told: Telling) -> Made:
    for num_turns in range(1, told.user_turns + 1):
        yield ev.HistoryRolledBack(num_turns=num_turns)


def _review_entered(told: Telling) -> Made:
    if told.state.turn is not None and not told.state.turn.reviewing:
        yield ev.ReviewModeEntered(hint="look")


def _review_exited(told: Telling) -> Made:
    if told.state.turn is not None and told.state.turn.reviewing:
        yield ev.ReviewModeExited()


def _compacted(told: Telling) -> Made:
    yield ev.HistoryCompacted(message="so far", replacement_count=1, turn_id=told.turn_id)


def _item_started(told: Telling) -> Made:
    item_id = told.named(ev.ItemStarted, "item")
    yield ev.ItemStarted(item_id=item_id, item_type="plan", turn_id=told.turn_id)


def _item_completed(told: Telling) -> Made:
    for item in told.items.values():
        yield ev.ItemCompleted(item_id=item.item_id, item_type=item.item_type, turn_id=item.turn_id)


def _context(told: Telling) -> Made:
    yield ev.TurnContextRecorded(
        turn_id=told.turn_id,
        cwd="/home/ada",
        model="m",
        approval_policy="on-request",
        sandbox_mode="workspace-write",
    )


def _sub_agent_ended(told: Telling) -> Made:
    if told.counts[ev.SubAgentEnded] < told.counts[ev.SubAgentStarted]:
        agent = f"agent-{told.counts[ev.SubAgentEnded] + 1}"
        yield ev.SubAgentEnded(agent_thread_id=agent, status="completed")


def _sub_agent_started(told: Telling) -> Made:
    yield ev.SubAgentStarted(agent_thread_id=told.named(ev.SubAgentStarted, "agent"), depth=1)


DEEDS: Final[Mapping[type[Event], Callable[[Telling], Made]]] = MappingProxyType(
    {
        ev.ExecBegan: _exec_began,
        ev.ExecEnded: _exec_ended,
        ev.SandboxDenied: _sandbox_denied,
        ev.ExecIntercepted: _intercepted,
        ev.InterceptionEnded: _interception_ended,
        ev.NetworkCallRegistered: _registered,
        ev.NetworkCallFinished: _network_finished,
        ev.NetworkAccessRequested: _access_requested,
        ev.NetworkDecisionMade: _network_decision,
        ev.NetworkOutcomeRecorded: _network_outcome,
        ev.NetworkAccessRefused: _access_refused,
        ev.ModelRequestStarted: _request_started,
        ev.ModelResponseCompleted: _response_completed,
        ev.ModelRequestFailed: _request_failed,
        ev.MessageRecorded: _message,
        ev.AgentMessageEmitted: _agent_message,
        ev.TokenUsageReported: _tokens,
        ev.HistoryRolledBack: _rolled_back,
        ev.ReviewModeEntered: _review_entered,
        ev.ReviewModeExited: _review_exited,
        ev.HistoryCompacted: _compacted,
        ev.ItemStarted: _item_started,
        ev.ItemCompleted: _item_completed,
        ev.TurnContextRecorded: _context,
        ev.SubAgentStarted: _sub_agent_started,
        ev.SubAgentEnded: _sub_agent_ended,
    }
)
"""By type of event, what makes those that would agree with what was told."""
