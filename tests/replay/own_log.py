"""Logs of our own, line by line: events that no rollout of Codex holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

Line = tuple[str, Mapping[str, Any]]
"""Record type, or `kind` of an event of ours, and its fields."""

CODEX_TYPES = ("session_meta", "event_msg", "response_item", "turn_context")

META: Line = (
    "session_meta",
    {"id": "s", "timestamp": "2026-06-01T09:00:00Z", "cwd": "/x", "originator": "turnfold"},
)
START: Line = ("event_msg", {"type": "task_started", "turn_id": "t"})
INPUT: Line = ("event_msg", {"type": "user_message", "message": "tidy up"})
ITEM: Line = ("item_completed", {"item_type": "UserMessage", "item_id": "i", "text": "tidy up"})
"""What the engine records before `INPUT`."""
CALL: Line = (
    "response_item",
    {"type": "function_call", "call_id": "c", "name": "shell", "arguments": '{"cmd": "rm -r build"}'},
)
INTERRUPTED: Line = ("event_msg", {"type": "turn_aborted", "turn_id": "t", "reason": "interrupted"})
COMPLETED: Line = ("event_msg", {"type": "task_complete", "turn_id": "t"})


def own_log(*lines: Line) -> bytes:
    """Write a log that begins with *lines*' identity; a second goes by from line to line."""
    return b"".join(_records(lines))


def _records(lines: Iterable[Line]) -> Iterable[bytes]:
    for seq, (kind, fields) in enumerate(lines):
        known = kind in CODEX_TYPES
        payload = fields if known else {"kind": kind, "version": 1, "body": fields}
        stamp = f"2026-06-01T09:00:{seq:02}.000Z"
        record = {"timestamp": stamp, "seq": seq, "type": kind if known else "turnfold", "payload": payload}
        yield json.dumps(record).encode() + b"\n"
