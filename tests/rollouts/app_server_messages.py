"""Messages of an app-server and its client, made short, and one capture of them."""

from __future__ import annotations

import json
from typing import Any

from turnfold.events import Event
from turnfold.rollouts.dialects.app_server import AppServerDecoder

Raw = dict[str, Any]

INPUT = [{"type": "image", "url": "x"}, {"type": "text", "text": "add a test"}]
ASK = "item/commandExecution/requestApproval"


def client(**message: Any) -> Raw:
    return {"_dir": ">", **message}


def server(**message: Any) -> Raw:
    return {"_dir": "<", **message}


def note(method: str, **params: Any) -> Raw:
    return server(method=method, params=params)


def records(*messages: Raw) -> list[Any]:
    decoder = AppServerDecoder()
    return [record for message in messages for record in decoder.line(json.dumps(message).encode())]


def events(*messages: Raw) -> list[Event]:
    return [record.payload for record in records(*messages)]


def turn(status: str, **more: Any) -> Raw:
    return note("turn/completed", threadId="T", turn={"id": "t1", "status": status, **more})


def steer(request_id: int = 7) -> Raw:
    params = {"threadId": "T", "input": INPUT, "expectedTurnId": "t1"}
    return client(id=request_id, method="turn/steer", params=params)


def ask(method: str = ASK, request_id: int | str = 0, **params: Any) -> Raw:
    return server(
        id=request_id, method=method, params={"threadId": "T", "turnId": "t1", "itemId": "c1", **params}
    )


RESOLVED = note("serverRequest/resolved", threadId="T", requestId=0)
ACCEPT = client(id=0, result={"decision": "accept"})
CAPTURE: list[Raw] = [
    client(id=1, method="initialize", params={"clientInfo": {"name": "c"}}),
    server(id=1, result={"userAgent": "c d/0.169.0 (Linux 6)"}),
    client(id=2, method="thread/start", params={}),
    server(id=2, result={"thread": {"id": "T"}}),
    note("thread/started", thread={"id": "T", "cliVersion": "0.150.0"}),
    client(id=3, method="turn/start", params={"threadId": "T", "input": INPUT, "clientUserMessageId": "u1"}),
    server(id=3, result={"turn": {"id": "t1", "status": "inProgress"}}),
    note("turn/started", threadId="T", turn={"id": "t1", "status": "inProgress", "startedAt": 9}),
    steer(),
    server(id=7, result={"turnId": "t1"}),
    ask(),
    ACCEPT,
    RESOLVED,
    steer(8),
    server(id=8, error={"code": -32600, "message": "input must not be empty"}),
    ask(request_id=1),
    client(id=9, method="turn/interrupt", params={"threadId": "T", "turnId": "t1"}),
    server(id=9, result={}),
    turn("interrupted"),
    note("serverRequest/resolved", threadId="T", requestId=1),
    client(id=1, result={"decision": "decline"}),
    note("novel/thing", threadId="T"),
]
"""A session with a steer, an approval, and an interrupt that catches a second approval."""


def bare(message: Raw) -> Raw:
    return {key: value for key, value in message.items() if key != "_dir"}
