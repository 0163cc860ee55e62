"""Logs of our own for the tests of rules."""

from __future__ import annotations

import json
from typing import Any

Row = tuple[str, dict[str, Any]]
"""Record type and payload."""

ID = "019e8252-9a80-7000-8000-000000000000"


def own(kind: str, **body: Any) -> Row:
    """A record of our own type."""
    return "turnfold", {"kind": kind, "version": 1, "body": body}


def event(tag: str, **fields: Any) -> Row:
    """An `event_msg`."""
    return "event_msg", {"type": tag, **fields}


def item(tag: str, **fields: Any) -> Row:
    """A `response_item`."""
    return "response_item", {"type": tag, **fields}


def said(role: str, text: str) -> Row:
    """A message."""
    part = "output_text" if role == "assistant" else "input_text"
    return item("message", role=role, content=[{"type": part, "text": text}])


def log(*rows: Row | list[Row]) -> bytes:
    """A file of these rows, after its identity, one second apart. The rows of a list share their `seq`: twins."""
    lines: list[str] = []
    groups = [[META], *[row if isinstance(row, list) else [row] for row in rows]]
    for seq, group in enumerate(groups):
        for record_type, payload in group:
            stamp = f"2026-06-01T09:{seq // 60:02}:{seq % 60:02}.000Z"
            line = {"timestamp": stamp, "seq": seq, "type": record_type, "payload": payload}
            lines.append(json.dumps(line) + "\n")
    return "".join(lines).encode()


META: Row = (
    "session_meta",
    {
        "id": ID,
        "timestamp": "2026-06-01T09:00:00.000Z",
        "cwd": "/home/ada",
        "originator": "turnfold",
        "cli_version": "0.146.0",
    },
)


def begin(turn_id: str = "A", text: str = "hello") -> list[Row | list[Row]]:
    """A turn starts, and its input is recorded. Four lines."""
    context = {
        "turn_id": turn_id,
        "cwd": "/home/ada",
        "approval_policy": "on-request",
        "sandbox_policy": {"type": "workspace-write"},
        "model": "m",
    }
    return [event("task_started", turn_id=turn_id), ("turn_context", context), user(text)]


def user(text: str) -> list[Row]:
    """An input, for the model and for clients."""
    return [said("user", text), event("user_message", message=text)]


def end(turn_id: str = "A", text: str = "done") -> list[Row | list[Row]]:
    """The model's last words, and the turn completes. Three lines."""
    return [
        [said("assistant", text), event("agent_message", message=text)],
        event("task_complete", turn_id=turn_id, last_agent_message=text),
    ]


def abort(turn_id: str = "A", reason: str = "interrupted") -> list[Row | list[Row]]:
    """What ends an abort that has begun."""
    marker = own("abort_marker_recorded", turn_id=turn_id, text="<turn_aborted>\nstopped\n</turn_aborted>")
    marked = [marker] if reason == "interrupted" else []
    return [
        own("scopes_cancelled", turn_id=turn_id),
        own("abort_unwound", turn_id=turn_id),
        *marked,
        own("journal_flushed", turn_id=turn_id),
        event("turn_aborted", turn_id=turn_id, reason=reason),
    ]
