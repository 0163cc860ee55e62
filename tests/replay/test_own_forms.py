"""Our own log in Codex's form: what Codex finds there, what only we read, and copies that must agree."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rollouts.recorder.logs import (
    AT_US,
    META,
    SESSION,
    USAGE,
    a_turn,
    an_abort,
    enveloped,
    events_in,
    written,
)
from turnfold.events import (
    AbortMarkerRecorded,
    AgentMessageEmitted,
    AgentReasoningEmitted,
    CompactionItemRecorded,
    Envelope,
    Event,
    HistoryCompacted,
    HookStarted,
    ImageRecorded,
    MailRecorded,
    MessageRecorded,
    Origin,
    ReasoningRecorded,
    ReviewModeEntered,
    ReviewModeExited,
    SessionMetaRecorded,
    TokenUsage,
    TokenUsageReported,
    ToolCallOutput,
    ToolCallRequested,
    TurnContextRecorded,
    TurnStarted,
    UnknownRecorded,
    UserInputRecorded,
    WorldStateRecorded,
    event_of_item,
)
from turnfold.replay import Verdict, reconstruct, verify_source
from turnfold.replay.events import lift, located_of
from turnfold.replay.reading import records_of
from turnfold.rollouts import Reader, source_of
from turnfold.rollouts.recorder import lines_of
from turnfold.rollouts.wire import PAYLOADS

CONTENT: list[Any] = [{"type": "input_text", "text": "hi"}, {"type": "input_image", "image_url": "x"}]
ARGUMENTS = '{"cmd":"ls"}'
ASPECTS: dict[type[Event], dict[str, list[Any]]] = {
    SessionMetaRecorded: {
        "source": ["cli", {"subagent": {"thread_spawn": {"depth": 2}}}, {"subagent": "review"}],
        "agent_depth": [None, 2],
        "window_id": [None, "w"],
        "agent_role": [None, "explorer"],
        "extra": [{}, {"context_window": {"window_id": "w"}}, {"agent_type": "old"}, {"context_window": 1}],
    },
    TurnContextRecorded: {
        "sandbox_mode": [None, "read-only"],
        "extra": [{}, {"sandbox_policy": {"mode": "read-only"}, "summary": "none"}, {"sandbox_policy": "odd"}],
    },
    MessageRecorded: {
        "role": ["user", "assistant"],
        "text": [None, "hi", ""],
        "parts": [0, 1, 2],
        "turn_id": [None, "t"],
        "extra": [
            {}, {"content": CONTENT}, {"content": "hi"}, {"content": None}, {"content": [1]}, {"content": 7},
            {"content": [{"type": 1}]}, {"metadata": {"turn_id": "x"}}, {"id": "hidden"}, {"type": "hidden"},
        ],
    },
    ReasoningRecorded: {"item_id": [None, "r"], "extra": [{}, {"summary": [], "encrypted_content": "z"}]},
    ToolCallRequested: {
        "call_type": ["function_call", "custom_tool_call", "local_shell_call", "tool_search_call", "news"],
        "call_id": [None, "c"],
        "name": [None, "local_shell", "shell"],
        "arguments": [None, ARGUMENTS, {"command": ["ls"]}, 7, ""],
        "status": [None, "completed"],
        "extra": [{}, {"metadata": {"turn_id": "x"}}],
    },
    ToolCallOutput: {
        "call_type": ["function_call", "custom_tool_call", "local_shell_call", "tool_search_call"],
        "call_id": [None, "c"],
        "output": [None, "x", CONTENT, {"a": 1}, 7],
        "success": [None, True],
    },
    ImageRecorded: {"extra": [{}, {"result": "AA"}]},
    CompactionItemRecorded: {
        "item_type": [None, "compaction", "context_compaction", "news"],
        "extra": [{}, {"encrypted_content": "z"}],
    },
    HistoryCompacted: {
        "message": [None, "short"],
        "replacement_count": [None, 0, 2],
        "extra": [{}, {"replacement_history": CONTENT}, {"replacement_history": 7}],
    },
    WorldStateRecorded: {"full": [None, True], "extra": [{}, {"state": {}}]},
    UserInputRecorded: {
        "message": [None, "hi"],
        "input_kind": [None, "plain"],
        "extra": [{}, {"content": CONTENT}, {"kind": "hidden"}],
    },
    AgentMessageEmitted: {"message": [None, "hi"], "phase": [None, "commentary"]},
    AgentReasoningEmitted: {
        "text": [None, "hm"],
        "form": [None, "agent_reasoning", "agent_reasoning_raw_content", "agent_reasoning_section_break"],
    },
    TokenUsageReported: {
        "total": [None, USAGE, TokenUsage(cache_write_input_tokens=0, extra={"news": 1})],
        "last": [None, USAGE],
        "model_context_window": [None, 1000],
        "has_rate_limits": [False, True],
        "extra": [{}, {"rate_limits": {}}, {"rate_limits": None}, {"info": None}],
    },
    ReviewModeEntered: {"hint": [None, "all"], "extra": [{}, {"target": {"type": "custom"}}]},
    ReviewModeExited: {"has_output": [False, True], "extra": [{}, {"review_output": {}}, {"review_output": None}]},
    AbortMarkerRecorded: {"text": [None, "<turn_aborted>"], "role": ["user", "developer"]},
    UnknownRecorded: {"record_version": [None, 3], "payload": [{"a": 1}]},
}  # fmt: skip
"""Values that change which form an event gets."""

NEEDED: dict[type[Event], dict[str, Any]] = {
    SessionMetaRecorded: {"session_id": "s"},
    AbortMarkerRecorded: {"turn_id": "t"},
    UnknownRecorded: {"record_type": "news"},
}


@settings(max_examples=8 * (settings.default.max_examples if settings.default else 100))
@given(st.data())
def test_every_aspect_of_a_form_comes_back(data: st.DataObject) -> None:
    """Whatever Codex's form cannot say of an event, reading back gives the event as it was."""
    kind = data.draw(st.sampled_from(list(ASPECTS)))
    fields = {name: data.draw(st.sampled_from(values)) for name, values in ASPECTS[kind].items()}
    make: Any = kind
    event = make(**{**NEEDED.get(kind, {}), **fields})
    assert [META, event] == events_in(written(enveloped([META, event])))


def rows(event: Event, **fields: Any) -> list[dict[str, Any]]:
    """The lines of one event."""
    return [json.loads(line) for line in lines_of(Envelope(seq=3, at_us=AT_US + 1999, event=event, **fields))]


def test_a_line_of_codex() -> None:
    """An event that Codex keeps is in its form: record type, tag, names, and a time with milliseconds."""
    assert [
        {
            "timestamp": "2026-06-01T09:00:00.001Z",
            "seq": 3,
            "type": "event_msg",
            "payload": {"type": "task_started", "turn_id": "t", "started_at": 7, "trigger": "input"},
        }
    ] == rows(TurnStarted(turn_id="t", started_at_s=7, trigger="input"))


def test_a_line_of_ours() -> None:
    """An event that Codex never keeps is a record of our own type, with its cause and origin where they are told."""
    event = HookStarted(run_id="h", event_name="stop", status="running")
    (row,) = rows(event, cause="2", origin=Origin.INFERRED)
    assert ("turnfold", "2", "inferred") == (row["type"], row["cause"], row["origin"])
    body = {"run_id": "h", "event_name": "stop", "status": "running"}
    assert {"kind": "hook_started", "version": 1, "body": body} == row["payload"]


def test_what_codex_asks_for_is_added() -> None:
    """A key that Codex needs and the event has not is there, and is told apart from what the event says."""
    (row,) = rows(TurnContextRecorded(turn_id="t", cwd="/", model="m", sandbox_mode="read-only"))
    assert ({"type": "read-only"}, "auto") == (row["payload"]["sandbox_policy"], row["payload"]["summary"])
    assert {"added": ["sandbox_policy", "summary"]} == row["own"]


@pytest.mark.parametrize(
    ("event", "copy"),
    [
        (
            UserInputRecorded(message="hi"),
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        ),
        (
            MessageRecorded(role="assistant", text="yo", phase="commentary", parts=1),
            {"type": "agent_message", "message": "yo", "phase": "commentary"},
        ),
        (
            AbortMarkerRecorded(turn_id="t", text="<turn_aborted>"),
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "<turn_aborted>"}],
            },
        ),
    ],
)
def test_copies_for_codex(event: Event, copy: dict[str, Any]) -> None:
    """They stand before their event, with its number, and say that they are copies."""
    first, second = rows(event)
    assert (3, True, copy) == (first["seq"], first["derived"], first["payload"])
    assert (3, None) == (second["seq"], second.get("derived"))


@pytest.mark.parametrize(
    "event", [UserInputRecorded(), MessageRecorded(role="assistant"), MailRecorded(text="x")]
)
def test_events_without_a_copy(event: Event) -> None:
    """What says nothing to the other side has none."""
    assert 1 == len(rows(event))


class Unshowable:
    """Something that fails when it is looked at."""

    def __repr__(self) -> str:
        raise RuntimeError("not me")


@pytest.mark.parametrize(
    ("value", "written_as"),
    [
        ("\ud83d", "\ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
        (2**70, str(2**70)),
        ({"a": {1: (2.5, None, True)}}, {"a": {"1": [2.5, None, True]}}),
        (b"x", "eA=="),
        ({1j}, "{1j}"),
        (Unshowable(), "Unshowable"),
    ],
)
def test_what_json_does_not_have(value: object, written_as: object) -> None:
    """It is written as near to it as can be: a journal never fails to take an event in."""
    bad = ToolCallRequested(call_id="c", name="n", call_type="tool_search_call", arguments=[value, "\ud800"])
    (row,) = rows(bad)
    assert written_as in (row["payload"]["body"]["arguments"][0], "eA==")


def test_nesting_without_end() -> None:
    """What is nested too deep for any reader is cut."""
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    found = events_in(written(enveloped([META, UnknownRecorded(record_type="x", payload=deep)])))
    assert UnknownRecorded is type(found[1])


class Foreign(Event):
    """An event that no vocabulary has."""

    kind = "foreign"


@pytest.mark.parametrize(
    "event", [Foreign(), HookStarted(run_id="h", event_name="e", status="s", extra={"run_id": "x"})]
)
def test_events_that_cannot_be_written(event: Event) -> None:
    """What is known of them is written, so that the order of the log stays whole."""
    found = events_in(written(enveloped([META, event])))[1]
    assert isinstance(found, UnknownRecorded)
    assert event.kind == found.record_type


@pytest.mark.parametrize(("at_us", "text"), [(None, "soon"), (2**62, "far")])
def test_times_that_are_none(at_us: int | None, text: str) -> None:
    """The text of the envelope is taken where the number cannot be."""
    line = json.loads(lines_of(Envelope(seq=0, at_us=at_us, at_text=text, event=META))[0])
    assert text == line["timestamp"]


LOG = written(enveloped([META, *a_turn("t1", "one", "1"), *an_abort("t2", "two")]))


def codes(data: bytes) -> list[str]:
    """What verification finds in a log."""
    return [finding.code for finding in verify_source(source_of(data)).findings]


@pytest.mark.covers("F4", "G3")
def test_our_log_is_valid() -> None:
    """A session with a call and an interrupt passes verification; copies are no second events."""
    assert [] == codes(LOG)
    assert Verdict.VALID is verify_source(source_of(LOG)).verdict


def test_the_history_has_what_the_model_gets() -> None:
    """A reader of Codex's form finds every message once, the marker of the abort too."""
    found = reconstruct(list(records_of(Reader(source_of(LOG)))))
    texts = [getattr(item.payload, "text", None) for item in found.items]
    assert ["one", None, None, "1", "two", None] == texts[:-1]
    assert str(texts[-1]).startswith("<turn_aborted>")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"text":"one"}', b'"text":"won"}'),
        (b'"agent_message","message":"1"', b'"agent_message","message":"2"'),
        (b'"user","content":[{"type":"input_text","text":"<', b'"developer","content":[{"type":"input_text","text":"<'),
    ],
)  # fmt: skip
def test_a_copy_that_contradicts(old: bytes, new: bytes) -> None:
    """Changed in one of the two places, a fact has two versions under one number: TF118."""
    assert old in LOG
    changed = LOG.replace(old, new, 1)
    assert "TF118" in codes(changed)
    assert events_in(LOG) == events_in(changed)


def test_a_copy_of_something_else() -> None:
    """A line that says it is a copy, and is none of what follows, takes a number twice."""
    copy = LOG[LOG.index(b'{"timestamp":"2026-06-01T09:00:00.003Z"') :].split(b"\n")[0] + b"\n"
    event = lines_of(
        Envelope(seq=3, at_us=AT_US + 3000, event=HookStarted(run_id="h", event_name="e", status="s"))
    )
    assert b'"derived":true' in copy
    assert "TF118" in codes(LOG[: LOG.index(copy)] + copy + event[0])


def test_a_copy_alone_at_the_end() -> None:
    """A crash between a copy and its event is no damage: the event was not written."""
    cut = LOG[: LOG.index(b'"derived":true')]
    end = LOG.index(b"\n", len(cut)) + 1
    assert codes(cut[: cut.rindex(b"\n") + 1]) == codes(LOG[:end])


def test_keys_of_the_same_name_in_foreign_files() -> None:
    """Only in our own log, and only where it can be, is `own` taken for ours."""
    meta = lines_of(Envelope(seq=0, at_us=AT_US, event=META))[0]
    for own in (b'"own":{"set":{"turn_id":7}}', b'"own":5', b'"own":{"added":5}'):
        line = b'{"timestamp":"x","seq":1,%s,"type":"event_msg","payload":{"type":"task_started","turn_id":"t"}}\n'
        assert TurnStarted(turn_id="t") == events_in(meta + line % own)[1]
    payload = b'"payload":{"type":"task_started","turn_id":"t"}'
    guest = b'{"timestamp":"x","own":{"set":{"turn_id":"z"}},"type":"event_msg",%s}\n' % payload
    assert TurnStarted(turn_id="t") == events_in(meta + guest)[1]


ITEMS: list[dict[str, Any]] = [
    {"type": "message", "role": "user", "content": CONTENT, "metadata": {"turn_id": "x"}},
    {"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "zz"},
    {
        "type": "function_call",
        "id": "f",
        "call_id": "c",
        "name": "shell",
        "arguments": "{}",
        "namespace": "n",
    },
    {
        "type": "custom_tool_call",
        "call_id": "c",
        "name": "apply_patch",
        "input": "***",
        "status": "completed",
    },
    {"type": "local_shell_call", "call_id": "c", "status": "completed", "action": {"type": "exec"}},
    {"type": "tool_search_call", "call_id": "c", "execution": "client", "arguments": {"query": "q"}},
    {"type": "function_call_output", "call_id": "c", "output": "done"},
    {"type": "custom_tool_call_output", "id": "o", "call_id": "c", "output": CONTENT},
    {"type": "local_shell_call_output", "call_id": "c", "output": "x"},
    {"type": "tool_search_output", "call_id": "c", "execution": "client", "tools": [1]},
    {"type": "web_search_call", "id": "w", "status": "completed", "action": {"type": "search"}},
    {"type": "image_generation_call", "id": "g", "status": "completed", "result": "AA"},
    {"type": "compaction", "id": "k", "encrypted_content": "zz"},
]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["type"])
def test_items_are_read_alike(item: dict[str, Any]) -> None:
    """The event of a model's item is the one that a reader of a rollout makes of it, and our log gives it back."""
    payload = msgspec.json.decode(json.dumps(item), type=PAYLOADS["response_item"])
    assert lift(payload, item) == event_of_item(item)
    assert event_of_item(item, "t") == events_in(written(enveloped([META, event_of_item(item, "t")])))[1]


def test_numbers_and_origins() -> None:
    """A copy is derived and its event is recorded, under one number each."""
    found = [
        item.envelope
        for item in located_of(Reader(source_of(written(enveloped([META, *a_turn("t", "a", "b")])))))
    ]
    assert [0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8] == [item.seq for item in found]
    assert [4 - 1, 7] == [index for index, item in enumerate(found) if item.origin is Origin.DERIVED]
    assert {SESSION} == {item.session_id for item in found}
