"""What is an app-server message, who sent it, and what is malformed about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.rollouts.app_server_messages import (
    ASK,
    CAPTURE,
    Raw,
    ask,
    bare,
    client,
    events,
    server,
    steer,
)
from turnfold.events import ApprovalResolved, TurnSteered
from turnfold.rollouts.dialects.app_server import AppServerDecoder, is_message
from turnfold.rollouts.dialects.base import MalformedRecord


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"params": {}}, "method"),
        ({"method": 5}, r"\$\.method"),
        ({"id": [], "result": {}}, r"\$\.id"),
        ({"method": "x", "params": []}, r"\$\.params"),
        ({"method": "x", "emittedAtMs": "now"}, r"emittedAtMs"),
        ({"method": "turn/started", "params": {"threadId": "T", "turn": {"id": "t1"}}}, "status"),
        (
            {"method": "turn/completed", "params": {"threadId": "T", "turn": {"id": 1, "status": "x"}}},
            r"turn\.id",
        ),
        ({"method": "hook/started", "params": {"threadId": "T", "run": []}}, r"\$\.run"),
        ({"method": "turn/started", "params": None}, "turn/started.*threadId"),
        ({"method": "thread/started", "params": {"thread": {}}}, "id"),
        ({"method": "serverRequest/resolved", "params": {}}, "requestId"),
        ({"method": ASK, "id": 0, "params": {"availableDecisions": [1]}}, "decision"),
        ({"method": "turn/start", "id": 0, "params": {}}, "threadId"),
        ({"method": "warning", "params": {"message": "m"}, "emittedAtMs": 10**18}, "time"),
    ],
)
def test_a_malformed_message_names_its_field(message: Raw, field: str) -> None:
    """A known message in the wrong shape is refused, with the place that is wrong."""
    with pytest.raises(MalformedRecord, match=field):
        events(message)


def test_a_malformed_response_names_its_field() -> None:
    """Results are checked like params: a steer is accepted by some turn, a resumed thread has an id."""
    with pytest.raises(MalformedRecord, match=r"turn/steer.*turnId"):
        events(steer(), server(id=7, result={}))
    with pytest.raises(MalformedRecord, match=r"thread/resume.*thread"):
        events(client(id=4, method="thread/resume", params={}), server(id=4, result={}))


def wrapped(message: Raw, directions: dict[str, str]) -> Raw:
    return {"direction": directions[message["_dir"]], "message": bare(message)}


DRESSES: dict[str, Callable[[Raw], Raw]] = {
    "bare": bare,
    "json-rpc": lambda message: {"jsonrpc": "2.0", **bare(message)},
    "wrapped": lambda message: wrapped(message, {"<": "<", ">": ">"}),
    "wrapped by the client": lambda message: wrapped(message, {"<": "in", ">": "out"}),
    "wrapped by the server": lambda message: wrapped(message, {"<": "out", ">": "in"}),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_captures_of_others_say_the_same(dress: str) -> None:
    """Without a mark of the sender, in a wrapper, or recorded from the other end, a capture reads the same."""
    dressed = [DRESSES[dress](message) for message in CAPTURE]
    assert all(is_message(message) for message in dressed)
    assert [type(event) for event in events(*CAPTURE)] == [type(event) for event in events(*dressed)]
    # The last message is unknown, and so it keeps its dress.
    assert events(*CAPTURE)[:-1] == events(*dressed)[:-1]


@pytest.mark.parametrize("settled", [False, True])
def test_equal_ids_of_both_sides_are_told_apart(settled: bool) -> None:
    """When both sides use one id and no mark says who answers, the shape of the result does."""
    both = [ask(request_id=7), steer()]
    answers = [client(id=7, result={"decision": "accept"}), server(id=7, result={"turnId": "t1"})]
    messages = [bare(message) for message in [*both, *(answers if settled else reversed(answers))]]
    assert {ApprovalResolved, TurnSteered} == {type(event) for event in events(*messages)[2:]}


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "function_call", "id": "x", "result": 1},
        {"id": "s", "timestamp": "2025-05-01T00:00:00Z", "instructions": None},
        {"timestamp": "t", "type": "event_msg", "payload": {}},
        {"message": "text", "id": 4},
        {"method": 5},
        {},
    ],
)
def test_rollout_lines_are_no_messages(raw: Raw) -> None:
    """No line of the other dialects is taken for a message."""
    assert not is_message(raw)


def test_a_block_is_never_taken_at_once() -> None:
    """A message needs those before it, so blocks go line by line."""
    assert AppServerDecoder().block(b"{}\n") is None
