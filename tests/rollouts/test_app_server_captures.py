"""The real captures of recorded sessions, where they are at hand."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tests.rollouts.app_server_messages import ASK, Raw, bare, events, records
from turnfold.events import (
    AbortRequested,
    ApprovalRequested,
    ApprovalResolved,
    Event,
    HookCompleted,
    HookStarted,
    SessionMetaRecorded,
    SteerRequested,
    TurnAborted,
    TurnCompleted,
    TurnRequested,
    TurnStarted,
    UnknownRecorded,
)
from turnfold.rollouts.dialects.app_server import APP_SERVER_VISIBLE


def captures(shared: Path) -> list[list[Raw]]:
    found = sorted((shared / "rollouts" / "codex-0.169").glob("*/app-server.jsonl"))
    return [[json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for path in found]


def raw_counts(messages: list[Raw]) -> dict[type[Event], int]:
    """What a capture must show, counted without the decoder."""
    methods = Counter(message.get("method") for message in messages)
    completed = [m["params"]["turn"]["status"] for m in messages if m.get("method") == "turn/completed"]
    ids = {m["id"] for m in messages if str(m.get("method")).endswith("requestApproval")}
    answers = [m for m in messages if m["_dir"] == ">" and "method" not in m and m["id"] in ids]
    return {
        TurnStarted: methods["turn/started"],
        TurnAborted: completed.count("interrupted"),
        TurnCompleted: len(completed) - completed.count("interrupted"),
        TurnRequested: methods["turn/start"],
        SteerRequested: methods["turn/steer"],
        AbortRequested: methods["turn/interrupt"],
        HookStarted: methods["hook/started"],
        HookCompleted: methods["hook/completed"],
        ApprovalRequested: methods[ASK],
        ApprovalResolved: len(answers),
        SessionMetaRecorded: methods["thread/started"],
    }


def test_real_captures_agree_with_their_messages(shared: Path) -> None:
    """Every line of the real captures is read, nothing in them is unknown, and the counts are the messages'."""
    found = captures(shared)
    assert found
    for messages in found:
        made = Counter(type(event) for event in events(*messages))
        assert raw_counts(messages) == {kind: made[kind] for kind in raw_counts(messages)}
        assert set(made) <= APP_SERVER_VISIBLE - {UnknownRecorded}


def test_real_captures_without_marks_read_the_same(shared: Path) -> None:
    """Who sent a real message is found without the capture's mark."""
    for messages in captures(shared):
        assert records(*messages) == records(*(bare(message) for message in messages))
