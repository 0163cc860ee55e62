"""What the requests of both sides and their responses say, as events."""

from __future__ import annotations

import re
import shlex
from typing import Any

import attrs

from turnfold.events import (
    ACTIVE_TURN_NOT_STEERABLE,
    EMPTY_INPUT,
    EXPECTED_TURN_MISMATCH,
    NO_ACTIVE_TURN,
    TURN_ABORT_IN_PROGRESS,
    AbortRequested,
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    Event,
    RequestAnswered,
    SteerRefused,
    SteerRequested,
    TurnRequested,
    TurnSteered,
)
from turnfold.rollouts.dialects import app_server_wire as wire
from turnfold.rollouts.dialects.app_server_notes import SILENT_FAMILIES, first_text
from turnfold.rollouts.dialects.base import MalformedRecord
from turnfold.rollouts.dialects.rpc import Message, MessageId, RpcError, as_object, read

QUESTION_KINDS = {
    "item/commandExecution/requestApproval": "exec",
    "item/fileChange/requestApproval": "patch",
    "item/permissions/requestApproval": "permissions",
    "item/tool/requestUserInput": "user_input",
    "item/tool/call": "dynamic_tool",
    "mcpServer/elicitation/request": "elicitation",
    "execCommandApproval": "exec",
    "applyPatchApproval": "patch",
}
"""Requests of the server for which a call waits → kind of the question. The last two are of protocol v1."""

TURN_REQUESTS = frozenset({"turn/start", "turn/steer", "turn/interrupt"})
THREAD_OPENERS = frozenset({"thread/start", "thread/resume", "thread/fork"})
SILENT_REQUESTS = (
    *SILENT_FAMILIES, "initialize", "thread/", "review/", "hooks/", "plugin/", "marketplace/", "feedback/",
    "collaborationMode/", "experimentalFeature/",
)  # fmt: skip
"""Requests of a client that are told by their answers (`RequestAnswered`) alone."""

MESSAGE_REASONS = {
    "no active turn to steer": NO_ACTIVE_TURN,
    "turn abort is still in progress": TURN_ABORT_IN_PROGRESS,
    "input must not be empty": EMPTY_INPUT,
}
UNRECOGNISED = "unrecognised"
"""Reason of a refused steer whose message is none that we know."""

_MISMATCH = re.compile(r"expected active turn id `(.*)` but found `(.*)`")
_NOT_STEERABLE = re.compile(r"cannot steer a (\w+) turn")


@attrs.define(kw_only=True)
class Asked:
    """A request of the server: kept to the end of the capture, since a late answer is what rules look for."""

    method: str
    thread_id: str | None
    question: ApprovalRequested | None
    """None when no call waits for it."""
    answered: bool = False


@attrs.frozen(kw_only=True)
class Sent:
    """A request of the client that waits for its response."""

    method: str
    thread_id: str | None
    params: dict[str, Any]


def is_question(method: str) -> bool:
    """Whether only a server can ask this, and a call waits for the answer."""
    return method in QUESTION_KINDS or (method.startswith("item/") and method.endswith("/requestApproval"))


def question(method: str, message_id: MessageId, params: dict[str, Any]) -> ApprovalRequested:
    """A question to the user. Its id is that of the request, the only one named when it is resolved."""
    asked = read(params, wire.Question, method)
    kind = QUESTION_KINDS.get(method, method.removeprefix("item/").removesuffix("/requestApproval"))
    return ApprovalRequested(
        approval_id=str(message_id),
        inner_id=asked.approval_id,
        call_id=asked.call_id if asked.item_id is None else asked.item_id,
        turn_id=asked.turn_id,
        approval_kind=kind if asked.network_approval_context is None else "network",
        reason=asked.reason,
        command=shlex.join(asked.command) if isinstance(asked.command, tuple) else asked.command,
        cwd=asked.cwd,
        route="user",
        choices=tuple(name_and_details(choice)[0] for choice in asked.available_decisions or ()),
    )


def name_and_details(decision: object) -> tuple[str, object]:
    """`"accept"` → `("accept", None)`; `{"acceptWithRule": {...}}` → `("acceptWithRule", {...})`.

    Raises:
        MalformedRecord: neither a name nor an object with one key.
    """
    if isinstance(decision, str):
        return decision, None
    if len(choice := as_object(decision)) == 1:
        return next(iter(choice.items()))
    raise MalformedRecord(f"decision: {decision!r} is neither a name nor an object with one key")


def resolution(message: Message, asked: ApprovalRequested | None) -> ApprovalResolved:
    """The client's answer. Answers that decide nothing (texts, permissions) are called `answered`."""
    result = as_object(message.result)
    text = None
    if message.error is not None:
        name, details, text = "error", None, message.error.message
    else:
        name, details = name_and_details(result.get("decision", result.get("action", "answered")))
    return ApprovalResolved(
        approval_id=str(message.id),
        decision=name,
        amendment=details,
        source="user",
        call_id=asked.call_id if asked else None,
        turn_id=asked.turn_id if asked else None,
        message=text,
    )


def dropped(asked: ApprovalRequested) -> ApprovalDropped:
    return ApprovalDropped(approval_id=asked.approval_id, call_id=asked.call_id, turn_id=asked.turn_id)


def turn_request(method: str, message_id: MessageId, params: dict[str, Any]) -> Event:
    """One of `TURN_REQUESTS`."""
    request_id = str(message_id)
    match method:
        case "turn/start":
            start = read(params, wire.TurnStart, method)
            return TurnRequested(
                text=first_text(start.input), request_id=request_id, client_id=start.client_id
            )
        case "turn/steer":
            steer = read(params, wire.TurnSteer, method)
            return SteerRequested(
                expected_turn_id=steer.expected_turn_id, text=first_text(steer.input), request_id=request_id
            )
        case _:
            return AbortRequested(
                turn_id=read(params, wire.TurnInterrupt, method).turn_id, request_id=request_id
            )


def steer_response(message: Message, sent: Sent) -> TurnSteered | SteerRefused:
    """What became of a steer.

    Raises:
        MalformedRecord: it was accepted, but by no turn.
    """
    text = first_text(sent.params.get("input"))
    if message.error is not None:
        return steer_refusal(message.error, str(message.id), sent.params.get("expectedTurnId"), text)
    accepted = read(message.result, wire.TurnIdNote, sent.method)
    if accepted.turn_id is None:
        raise MalformedRecord(f"{sent.method}: the result has no `turnId`")
    return TurnSteered(turn_id=accepted.turn_id, input_id=str(message.id), text=text)


def steer_refusal(error: RpcError, request_id: str, expected: str | None, text: str | None) -> SteerRefused:
    """A refused steer. Why is said by the text alone: the code is -32600 for all of them."""
    actual = kind = None
    reason = MESSAGE_REASONS.get(error.message, UNRECOGNISED)
    if found := _MISMATCH.fullmatch(error.message):
        reason, expected, actual = EXPECTED_TURN_MISMATCH, found[1], found[2]
    elif found := _NOT_STEERABLE.fullmatch(error.message):
        reason, kind = ACTIVE_TURN_NOT_STEERABLE, found[1]
    codes = {ACTIVE_TURN_NOT_STEERABLE: ACTIVE_TURN_NOT_STEERABLE, UNRECOGNISED: None}
    return SteerRefused(
        reason=reason,
        message=error.message,
        code=codes.get(reason, "bad_request"),
        turn_kind=kind,
        expected_turn_id=expected,
        actual_turn_id=actual,
        request_id=request_id,
        text=text,
    )


def answer(message: Message, sent: Sent | None) -> RequestAnswered:
    """The server's response to any other request; *sent* is None when the capture began after it."""
    result = as_object(message.result)
    places = (
        as_object(result.get("turn")).get("id"),
        result.get("turnId"),
        sent and sent.params.get("turnId"),
    )
    turn_id = next((place for place in places if isinstance(place, str)), None)
    return RequestAnswered(
        request_kind=sent.method if sent else None,
        request_id=str(message.id),
        turn_id=turn_id,
        error_code=message.error.code if message.error else None,
        error_message=message.error.message if message.error else None,
    )
