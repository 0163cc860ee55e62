"""Writes rows in one form, on a clock of its own."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from turnfold.replay.histories.forms import Form
from turnfold.replay.histories.marks import START_MS, STEP_MS, stamp, uuid7

Fields = dict[str, Any]

_ID_PREFIXES: Final = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "function_call_output": "fco",
    "custom_tool_call": "ctc",
    "custom_tool_call_output": "ctco",
}


class Pen:
    """Knows envelopes, the clock and fresh ids; knows nothing of turns."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.now_ms = START_MS
        self.rows: list[Fields] = []
        self._ids = 0

    @property
    def now_s(self) -> int:
        """Unix seconds, as turn events have them."""
        return self.now_ms // 1000

    def tick(self) -> None:
        """A statement has been written."""
        self.now_ms += STEP_MS

    def fresh_id(self, prefix: str) -> str:
        """An item id that was not given before, e.g. `msg_…`."""
        self._ids += 1
        return f"{prefix}_{uuid7(self.now_ms, f'{prefix} {self._ids}')}"

    def row(self, record_type: str, payload: Fields) -> None:
        """Write one record now."""
        if self.form.has_envelope:
            self.rows.append({"timestamp": stamp(self.now_ms), "type": record_type, "payload": payload})
        elif record_type == "session_meta":
            self.rows.append(payload)
        elif record_type == "response_item":
            self.rows += [payload, {"record_type": "state"}]

    def event(self, tag: str, **fields: Any) -> None:
        """Write an `event_msg`."""
        self.row("event_msg", {"type": tag, **fields})

    def item(self, tag: str, **fields: Any) -> None:
        """Write a `response_item`; only the newest form gives every item an id."""
        identity = {"id": self.fresh_id(_ID_PREFIXES[tag])} if self.form.is_paginated else {}
        self.row("response_item", {"type": tag, **identity, **fields})

    def message(self, role: str, *texts: str, **fields: Any) -> None:
        """Write a `response_item` message."""
        kind = "output_text" if role == "assistant" else "input_text"
        self.item("message", role=role, content=[{"type": kind, "text": text} for text in texts], **fields)

    def raw(self, row: Fields) -> None:
        """Write a row as it is; what it lacks of time and ordinal is added where the form has them."""
        self.rows.append({"timestamp": stamp(self.now_ms), **row} if self.form.has_envelope else row)

    def put_in_front(self, record_type: str, payload: Fields) -> None:
        """Write one record before all others, and re-stamp those as copies made now, in one burst."""
        copies, self.rows = self.rows, []
        self.row(record_type, payload)
        self.rows += [row | {"timestamp": stamp(self.now_ms)} for row in copies]

    def render(self) -> bytes:
        """The file: one line a row, the last one ended."""
        return b"".join(
            msgspec.json.encode(self._numbered(at, row)) + b"\n" for at, row in enumerate(self.rows)
        )

    def _numbered(self, at: int, row: Fields) -> Fields:
        if not self.form.is_paginated:
            return row
        return {"timestamp": row["timestamp"], "ordinal": row.get("ordinal", at)} | row
