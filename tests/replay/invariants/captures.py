"""Captures for the tests of rules: messages of an app-server and its client, made short."""

from __future__ import annotations

import json
from typing import Any

Raw = dict[str, Any]

THREAD = "019e8252-9a80-7000-8000-000000000000"


def client(**message: Any) -> Raw:
    """A message of the client."""
    return {"_dir": ">", **message}


def server(**message: Any) -> Raw:
    """A message of the server."""
    return {"_dir": "<", **message}


def note(method: str, **params: Any) -> Raw:
    """A notification about the thread."""
    return server(method=method, params={"threadId": THREAD, **params})


def capture(*messages: Raw) -> bytes:
    """A file of these messages, after those that open a thread."""
    opening = [
        client(id=1, method="initialize", params={"clientInfo": {"name": "client", "version": "0"}}),
        server(id=1, result={"userAgent": "client/0.169.0 (Linux)"}),
        client(method="initialized"),
        client(id=2, method="thread/start", params={"cwd": "/home/ada"}),
        server(id=2, result={"thread": {"id": THREAD}}),
        server(method="thread/started", params={"thread": {"id": THREAD, "cliVersion": "0.169.0"}}),
    ]
    return bare(*opening, *messages)


def bare(*messages: Raw) -> bytes:
    """A file of these messages alone, as of a capture that began late."""
    return "".join(json.dumps(message) + "\n" for message in messages).encode()


def begin(turn_id: str = "A", text: str = "hello", request_id: int = 3) -> list[Raw]:
    """A turn is asked for and starts; its first input is recorded. Seven messages."""
    return [
        client(id=request_id, method="turn/start", params={"threadId": THREAD, "input": [said(text)]}),
        server(id=request_id, result={"turn": {"id": turn_id, "items": [], "status": "inProgress"}}),
        status("active"),
        turn("started", turn_id, "inProgress"),
        *user(text, turn_id),
    ]


def user(text: str, turn_id: str = "A") -> list[Raw]:
    """An input is recorded."""
    item = {"type": "userMessage", "id": f"u-{text}-{turn_id}", "content": [said(text)]}
    return [note(f"item/{what}", turnId=turn_id, item=item) for what in ("started", "completed")]


def end(turn_id: str = "A", outcome: str = "completed", text: str | None = "done") -> list[Raw]:
    """The model says *text*, the status becomes idle, and the turn ends."""
    item = {"type": "agentMessage", "id": f"m-{turn_id}", "text": text}
    spoken = [note(f"item/{what}", turnId=turn_id, item=item) for what in ("started", "completed")]
    return [*(spoken if text else []), status("idle"), turn("completed", turn_id, outcome)]


def said(text: str) -> Raw:
    """A part of an input."""
    return {"type": "text", "text": text}


def turn(what: str, turn_id: str = "A", outcome: str = "completed", **fields: Any) -> Raw:
    """`turn/started` or `turn/completed`."""
    return note(f"turn/{what}", turn={"id": turn_id, "items": [], "status": outcome, **fields})


def status(kind: str, *flags: str) -> Raw:
    """`thread/status/changed`."""
    return note("thread/status/changed", status={"type": kind, "activeFlags": list(flags)})


def item(
    what: str, item_id: str = "c1", turn_id: str = "A", outcome: str = "inProgress", **fields: Any
) -> Raw:
    """A command's item is `started` or `completed`."""
    kind = fields.pop("kind", "commandExecution")
    return note(
        f"item/{what}", turnId=turn_id, item={"type": kind, "id": item_id, "status": outcome, **fields}
    )


def hook(
    what: str,
    outcome: str,
    about: str | None = "c1",
    *,
    turn_id: str | None = "A",
    event: str = "permissionRequest",
    label: str = "permission-request",
    order: int = 0,
    path: str = "/home/ada/hooks.json",
    **fields: Any,
) -> Raw:
    """A hook run is `started` or `completed`; *about* is the suffix of its id."""
    suffix = "" if about is None else f":{about}"
    run = {
        "id": f"{label}:{order}:{path}{suffix}",
        "eventName": event,
        "displayOrder": order,
        "sourcePath": path,
        "status": outcome,
        **fields,
    }
    return note(f"hook/{what}", turnId=turn_id, run=run)


def stop(what: str, outcome: str, **fields: Any) -> Raw:
    """A run of a `Stop` hook, which is about a turn as a whole."""
    return hook(what, outcome, None, event="stop", label="stop", **fields)


def ask(
    question_id: int = 0,
    item_id: str = "c1",
    turn_id: str = "A",
    *,
    what: str = "commandExecution",
    **fields: Any,
) -> Raw:
    """A question about a command, or about *what* else."""
    params = {"threadId": THREAD, "turnId": turn_id, "itemId": item_id, **fields}
    return server(id=question_id, method=f"item/{what}/requestApproval", params=params)


def answer(decision: str, question_id: int = 0) -> Raw:
    """The client's answer."""
    return client(id=question_id, result={"decision": decision})


def resolved(question_id: int = 0) -> Raw:
    """The server's notice that a question is over."""
    return note("serverRequest/resolved", requestId=question_id)


def steer(text: str = "stop", expected: str = "A", request_id: int = 9) -> Raw:
    """Input for a running turn."""
    params = {"threadId": THREAD, "input": [said(text)], "expectedTurnId": expected}
    return client(id=request_id, method="turn/steer", params=params)


def accepted(turn_id: str = "A", request_id: int = 9) -> Raw:
    """The answer that takes it."""
    return server(id=request_id, result={"turnId": turn_id})


def refused(message: str = "no active turn to steer", request_id: int = 9) -> Raw:
    """The answer that does not."""
    return server(id=request_id, error={"code": -32600, "message": message})


def interrupt(turn_id: str = "A", request_id: int = 8) -> list[Raw]:
    """An interrupt, and its acceptance."""
    params = {"threadId": THREAD, "turnId": turn_id}
    return [client(id=request_id, method="turn/interrupt", params=params), server(id=request_id, result={})]
