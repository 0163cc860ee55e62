"""What the work of a turn, or of the session, may try to put on record: each event alone, legal there or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from turnfold import events as ev
from turnfold.core.commands import Command, Record
from turnfold.events import Event
from turnfold.replay.search.session.names import WRONG, Names

LEAVE: Final = ev.APPROVAL_KINDS[0]
"""A question for leave to act."""

OTHER: Final = ev.APPROVAL_KINDS[5]
"""A question for something else."""

Events: TypeAlias = Callable[[Names], Iterator[Event]]


def _requests(names: Names) -> Iterator[Event]:
    yield ev.ModelRequestStarted(turn_id=names.turn or WRONG, request_id="q")


def _calls(names: Names) -> Iterator[Event]:
    turn_id = names.turn
    for call_id in names.calls:
        yield ev.ToolCallRequested(call_id=call_id, name="shell", call_type="function_call", turn_id=turn_id)
        yield ev.ToolDecisionRecorded(call_id=call_id, decision="approved", source="config", turn_id=turn_id)
        yield ev.ExecBegan(call_id=call_id, turn_id=turn_id)
        yield ev.ExecEnded(call_id=call_id, turn_id=turn_id)
        yield ev.ToolCallOutput(call_id=call_id, call_type="function_call", output="ok", turn_id=turn_id)


def _questions(names: Names) -> Iterator[Event]:
    turn_id = names.turn
    for approval_id in names.any_approvals:
        yield ev.ApprovalRequested(approval_id=approval_id, approval_kind=LEAVE, turn_id=turn_id)
        for call_id in names.calls:
            yield ev.ApprovalRequested(
                approval_id=approval_id, call_id=call_id, approval_kind=OTHER, turn_id=turn_id
            )


def _hooks(names: Names) -> Iterator[Event]:
    for run_id in names.hook_runs:
        yield ev.HookStarted(run_id=run_id, event_name="stop", status="running", turn_id=names.turn)
        yield ev.HookCompleted(run_id=run_id, event_name="stop", status="completed", turn_id=names.turn)


def _reviews(names: Names) -> Iterator[Event]:
    turn_id = names.turn
    for call_id in names.calls:
        review_id = f"r-{call_id}"
        yield ev.ReviewStarted(review_id=review_id, call_id=call_id, turn_id=turn_id)
        yield ev.ReviewEnded(review_id=review_id, call_id=call_id, turn_id=turn_id, status="approved")


def _network(names: Names) -> Iterator[Event]:
    for host in names.hosts:
        yield ev.NetworkAccessRequested(host=host, protocol="http", port=80, turn_id=names.turn)
        yield ev.NetworkDecisionMade(
            host=host, protocol="http", port=80, decision="allow_once", source="user"
        )


def _review_mode(names: Names) -> Iterator[Event]:
    del names
    yield ev.ReviewModeEntered(hint="look")
    yield ev.ReviewModeExited()


def _hooks_of_calls(names: Names) -> Iterator[Event]:
    turn_id = names.turn
    for call_id in names.calls:
        for run_id in names.hook_runs:
            yield ev.HookStarted(
                run_id=run_id,
                event_name="permission_request",
                status="running",
                turn_id=turn_id,
                call_id=call_id,
            )
            yield ev.HookCompleted(
                run_id=run_id,
                event_name="permission_request",
                status="completed",
                turn_id=turn_id,
                call_id=call_id,
            )
        yield ev.HookDecided(event_name="permission_request", turn_id=turn_id, call_id=call_id)


def _retries(names: Names) -> Iterator[Event]:
    for call_id in names.calls:
        yield ev.SandboxDenied(call_id=call_id, turn_id=names.turn)


def _interceptions(names: Names) -> Iterator[Event]:
    turn_id = names.turn
    for call_id in names.calls:
        yield ev.ExecIntercepted(
            approval_id="x", call_id=call_id, turn_id=turn_id, program="/bin/true", verdict="prompt"
        )
        yield ev.InterceptionEnded(approval_id="x", call_id=call_id, action="run")
        yield ev.ToolCallClosed(call_id=call_id, how="rejected", turn_id=turn_id)


WORK: Final[Mapping[str, Events]] = MappingProxyType(
    {
        "requests": _requests,
        "calls": _calls,
        "questions": _questions,
        "hooks": _hooks,
        "reviews": _reviews,
        "network": _network,
        "review mode": _review_mode,
        "hooks of calls": _hooks_of_calls,
        "retries": _retries,
        "interceptions": _interceptions,
    }
)
"""The events of each family, by its name."""


def records(events: Events) -> Callable[[Names], Iterator[Command]]:
    """The family of commands that try to record each of *events*, in the name of the turn in the slot."""

    def family(names: Names) -> Iterator[Command]:
        for event in events(names):
            yield Record(events=(event,), turn_id=names.turn)

    return family
