"""Lifting: wire structs and the events that they stand for agree, and nothing of a record is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import msgspec
import pytest

from turnfold.events import (
    CollabEnded,
    CompactionItemRecorded,
    Event,
    ExecEnded,
    GoalUpdated,
    HookCompleted,
    HookEntry,
    McpCallEnded,
    MessageRecorded,
    Origin,
    RetainedContextRecorded,
    ReviewModeExited,
    SessionMetaRecorded,
    SettingsApplied,
    TokenUsage,
    ToolCallOutput,
    ToolCallRequested,
    TurnStarted,
    UnknownRecorded,
    decode,
    encode,
)
from turnfold.replay.events import Located, lift, read_events, time_us
from turnfold.replay.histories import BARE, CODEX, OLD, PAGINATED, Form, write
from turnfold.replay.reading import records
from turnfold.rollouts.wire import PAYLOADS, STRUCTS, Usage

SAMPLES: list[dict[str, Any]] = [
    {},
    {"call_id": "c", "callId": "c", "role": "user", "id": "i", "item": {}, "run": {"id": "r"}},
]


def plain(value: Any) -> Any:
    """A value of either form, to compare."""
    if isinstance(value, Usage):
        return {name: getattr(value, name) for name in Usage.__struct_fields__}
    if isinstance(value, TokenUsage):
        return {name: getattr(value, name) for name in Usage.__struct_fields__}
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value


def disagreements(payload: Any, event: Event) -> list[str]:
    """Attributes of the event that the wire struct has too, with another value."""
    names = [name for name in attrs.fields_dict(type(event)) if name != "extra" and hasattr(payload, name)]
    return [name for name in names if plain(getattr(payload, name)) != plain(getattr(event, name))]


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_every_struct_is_liftable(struct: type[Any]) -> None:
    """Rules may be handed either: a wire struct and its event have the same attributes with the same values."""
    tag = struct.__struct_config__.tag
    for sample in SAMPLES:
        fields = {**sample, "type": tag} if tag else sample
        try:
            payload = msgspec.json.decode(json.dumps(fields), type=struct)
        except msgspec.ValidationError:
            continue
        event = lift(payload, fields)
        assert struct.event is type(event)
        assert [] == disagreements(payload, event)
        break
    else:
        pytest.fail(f"no sample makes a {struct.__name__}")


def files(shared: Path) -> Iterator[Path]:
    """Every recorded session."""
    for pattern in (
        "shapes/*.jsonl",
        "paginated/*.jsonl",
        "codex-0.169/*/rollout.jsonl",
        "codex-0.169/*/app-server.jsonl",
    ):
        yield from sorted((shared / "rollouts").glob(pattern))


def test_structs_and_events_agree_on_real_sessions(shared: Path) -> None:
    """The same law, on every record of every recorded session."""
    for path in files(shared):
        for item, located in zip(records(path), read_events(path), strict=True):
            event = located.envelope.event
            assert item.line == located.line
            assert [] == disagreements(item.record.payload, event), f"{path.name}:{item.line}"


def test_lifted_events_can_be_written(shared: Path) -> None:
    """Every lifted event survives our own codec, with all that it keeps in `extra`."""
    for path in list(files(shared))[::7]:
        for located in read_events(path):
            assert located.envelope == decode(encode(located.envelope)), f"{path.name}:{located.line}"


def lifted(record_type: str, **fields: Any) -> Any:
    """The event of one payload."""
    return lift(msgspec.json.decode(json.dumps(fields), type=PAYLOADS[record_type]), fields)


def test_fields_that_no_struct_reads() -> None:
    """They are taken from where the record has them."""
    assert ("ls", "T") == (
        lifted(
            "response_item", type="function_call", call_id="c", arguments="ls", metadata={"turn_id": "T"}
        ).arguments,
        lifted("response_item", type="message", role="user", metadata={"turn_id": "T"}).turn_id,
    )
    call: ToolCallRequested = lifted("response_item", type="custom_tool_call", call_id="c", input="*** Begin")
    assert ("*** Begin", "custom_tool_call") == (call.arguments, call.call_type)
    output: ToolCallOutput = lifted(
        "response_item", type="function_call_output", call_id="c", output="x", id="i"
    )
    assert ("x", "i") == (output.output, output.item_id)
    message: MessageRecorded = lifted(
        "response_item", type="message", role="user", content=[{"text": "a"}, {}]
    )
    assert ("a", 2) == (message.text, message.parts)
    assert 1 == lifted("response_item", type="message", role="user", content="a").parts
    mcp: McpCallEnded = lifted(
        "event_msg",
        type="mcp_tool_call_end",
        call_id="c",
        invocation={"server": "s", "tool": "t"},
        result={"Err": ""},
    )
    assert ("s", "t", False) == (mcp.server, mcp.tool, mcp.success)
    assert lifted("event_msg", type="mcp_tool_call_end", call_id="c").success is None
    collab: CollabEnded = lifted("event_msg", type="collab_agent_spawn_end", call_id="c", new_thread_id="n")
    assert ("agent_spawn", "n") == (collab.how, collab.receiver_id)
    goal: GoalUpdated = lifted(
        "event_msg", type="thread_goal_updated", threadId="t", goal={"status": "active"}
    )
    assert ("t", "active", None) == (goal.thread_id, goal.status, goal.objective)
    item: CompactionItemRecorded = lifted("response_item", type="compaction_summary", id="i")
    assert ("compaction_summary", "i") == (item.item_type, item.item_id)
    exited: ReviewModeExited = lifted("event_msg", type="exited_review_mode", review_output={})
    assert exited.has_output
    settings: SettingsApplied = lifted(
        "event_msg", type="thread_settings_applied", thread_settings={"approvals_reviewer": "user"}
    )
    assert "user" == settings.approvals_reviewer
    retained: RetainedContextRecorded = lifted("retained_context", note="n")
    assert {"note": "n"} == retained.payload
    meta: SessionMetaRecorded = lifted("session_meta", id="s", session_id="root", agent_type="explorer")
    assert ("s", "root", "explorer") == (meta.session_id, meta.tree_session_id, meta.agent_role)
    hook: HookCompleted = lifted(
        "event_msg",
        type="hook_completed",
        run={"id": "r", "source": "user", "completed_at": 7, "entries": [{"kind": "error", "text": "no"}, 3]},
    )
    assert ("user", 7, (HookEntry(kind="error", text="no"),)) == (
        hook.source,
        hook.completed_at_s,
        hook.entries,
    )
    assert () == lifted("event_msg", type="hook_completed", run={"id": "r"}).entries


def test_unknown_fields_are_kept() -> None:
    """What no field takes is in `extra`, as it came; what a field takes is not there again."""
    event: TurnStarted = lifted("event_msg", type="task_started", turn_id="a", started_at=1, news=[1])
    assert ({"news": [1]}, 1) == (event.extra, event.started_at_s)


def test_a_field_of_another_type_is_not_taken() -> None:
    """A foreign value does not get into a typed field, and does not fail."""
    assert lifted("event_msg", type="task_started", turn_id="a", trace_id=7).trace_id is None
    assert () == lifted("event_msg", type="shutdown_complete", abandoned="x").abandoned
    ended: ExecEnded = lifted(
        "event_msg", type="exec_command_end", call_id="c", duration={"secs": 1, "nanos": 5000}
    )
    assert 1_000_005 == ended.duration_us


def test_events_and_bare_structs() -> None:
    """An event is lifted to itself; a struct without its plain payload keeps defaults."""
    event = TurnStarted(turn_id="a")
    assert event is lift(event)
    bare = lift(msgspec.convert({"type": "function_call", "call_id": "c"}, PAYLOADS["response_item"]))
    assert (ToolCallRequested(call_id="c", call_type="function_call")) == bare


STORY = 'meta s; start a; context; user "one"; call c1 shell "ls"; output c1 "x"; agent "1"; complete a'


def read(tmp_path: Path, data: bytes) -> list[Located]:
    path = tmp_path / "rollout.jsonl"
    path.write_bytes(data)
    return list(read_events(path))


@pytest.mark.parametrize("form", [CODEX, PAGINATED, OLD, BARE], ids=["codex", "paginated", "old", "bare"])
def test_envelopes(tmp_path: Path, form: Form) -> None:
    """Events are numbered from 0, know their session, time, ordinal and line."""
    found = read(tmp_path, write(STORY, form))
    assert list(range(len(found))) == [located.envelope.seq for located in found]
    assert 1 == len({located.envelope.session_id for located in found})
    assert found[0].envelope.session_id == getattr(found[0].envelope.event, "session_id", None)
    if form.is_paginated:
        assert list(range(len(found))) == [located.envelope.ordinal for located in found]
    if form.has_envelope:
        assert all(located.envelope.at_us for located in found)
    assert any(getattr(located.envelope.event, "output", None) for located in found)


def line(seq: int | None, turn: str) -> bytes:
    head = {} if seq is None else {"seq": seq}
    return (
        json.dumps(
            {**head, "type": "event_msg", "payload": {"type": "task_started", "turn_id": turn}}
        ).encode()
        + b"\n"
    )


def test_own_numbers_count(tmp_path: Path) -> None:
    """A record's own `seq` is kept, a repeated one is a twin, and a record without one is numbered on."""
    found = [
        located.envelope
        for located in read(tmp_path, line(4, "a") + line(4, "a") + line(5, "b") + line(None, "c"))
    ]
    assert [4, 4, 5, 6] == [envelope.seq for envelope in found]
    assert Origin.DERIVED is found[1].origin
    assert {Origin.RECORDED} == {found[0].origin, found[2].origin, found[3].origin}


def test_damaged_lines(tmp_path: Path) -> None:
    """Records of a damaged line are events too, with the fields that could be read."""
    joined = line(None, "a").strip() + line(None, "b")
    found = read(
        tmp_path, joined + b'{"type":"news","payload":7}\n' + b"\xef\xbb\xbf" + line(None, "c") + b"junk\n"
    )
    assert [1, 1, 2, 3] == [located.line for located in found]
    assert ["a", "b", "c"] == [
        located.envelope.event.turn_id for located in found if isinstance(located.envelope.event, TurnStarted)
    ]
    assert isinstance(found[2].envelope.event, UnknownRecorded)


def test_times() -> None:
    """A time is whole microseconds since the epoch; without a zone it is UTC, and what is no time is None."""
    assert [1_500_000, 0, -3_600_000_000, None, None] == [
        time_us("1970-01-01T00:00:01.500Z"), time_us("1970-01-01T00:00:00"), time_us("1970-01-01T00:00:00+01:00"),
        time_us("soon"), time_us(None),
    ]  # fmt: skip
