"""The codec loses nothing: not a value, not a field, not a kind, not a version."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.events.strategies import JSON, PER_CLASS, envelopes, parts
from turnfold.events import (
    EVENTS,
    CodecError,
    Envelope,
    Event,
    ExecEnded,
    HookCompleted,
    HookEntry,
    Origin,
    TurnStarted,
    UnknownRecorded,
    decode,
    encode,
    from_payload,
    to_payload,
)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
@settings(max_examples=PER_CLASS)
@given(data=st.data())
def test_every_event_comes_back_from_its_payload(event: type[Event], data: st.DataObject) -> None:
    """Whatever an event holds, its payload is plain JSON and gives an equal event."""
    value: Event = data.draw(parts(event))
    payload = json.loads(json.dumps(to_payload(value)))
    assert value == from_payload(event.kind, event.version, payload)


@given(envelopes())
def test_every_envelope_comes_back_from_its_line(envelope: Envelope) -> None:
    """An envelope is one line of JSON, and the line gives an equal envelope."""
    line = encode(envelope)
    assert b"\n" not in line
    assert envelope == decode(line)
    assert line == encode(decode(line))


Broken = tuple[bytes, str | None, str | None, str]
EVENT_WITH_MORE = b'{"seq":1,"event":{"kind":"x","version":1,"payload":{},"y":0}}'


def line(kind: str, version: int, payload: Any, **more: Any) -> bytes:
    """Return a line of our own form as some producer could have written it."""
    event = {"kind": kind, "version": version, "payload": payload}
    return json.dumps({"seq": 1, "event": event, **more}).encode()


def test_unknown_fields_are_written_back() -> None:
    """A field from the future, in the envelope, the event or a part of it, survives reading and writing."""
    entry = {"kind": "error", "text": "no", "colour": "red"}
    payload = {"run_id": "r", "event_name": "stop", "status": "failed", "entries": [entry], "mood": [1, None]}
    text = line("hook_completed", 1, payload, shard=3)
    envelope = decode(text)
    expected = HookCompleted(
        run_id="r",
        event_name="stop",
        status="failed",
        entries=(HookEntry(kind="error", text="no", extra={"colour": "red"}),),
        extra={"mood": [1, None]},
    )
    assert expected == envelope.event
    assert {"shard": 3} == envelope.extra
    assert json.loads(text) == json.loads(encode(envelope))


@given(payload=JSON)
def test_unknown_kinds_are_written_back(payload: object) -> None:
    """An event of a kind that we do not know is kept whole and written as it was."""
    text = line("turn_teleported", 4, payload)
    envelope = decode(text)
    expected = UnknownRecorded(record_type="turn_teleported", record_version=4, payload=payload)
    assert expected == envelope.event
    assert json.loads(text) == json.loads(encode(envelope))


def test_versions_from_the_future_are_written_back() -> None:
    """A known kind in a version that we do not know is not guessed at, but carried."""
    text = line("turn_started", 99, {"turn": {"id": "t"}})
    envelope = decode(text)
    expected = UnknownRecorded(record_type="turn_started", record_version=99, payload={"turn": {"id": "t"}})
    assert expected == envelope.event
    assert json.loads(text) == json.loads(encode(envelope))


def test_an_unknown_event_with_fields_of_its_own_keeps_them() -> None:
    """An unknown event that was given an extra is written under its own kind, so that nothing is lost."""
    event = UnknownRecorded(record_type="x", record_version=1, extra={"a": 1})
    assert event == decode(encode(Envelope(seq=0, event=event))).event


def test_defaults_are_left_out() -> None:
    """A line holds what was said and nothing else."""
    text = encode(Envelope(seq=0, event=TurnStarted(turn_id="t")))
    event = {"kind": "turn_started", "version": 1, "payload": {"turn_id": "t"}}
    assert {"seq": 0, "event": event} == json.loads(text)


def test_old_versions_are_lifted() -> None:
    """A line of an old version is read as an event of the present one, and written as such."""
    envelope = decode(line("exec_ended", 1, {"call_id": "c", "duration_ms": 12, "new": True}))
    assert ExecEnded(call_id="c", duration_us=12_000, extra={"new": True}) == envelope.event
    assert 2 == json.loads(encode(envelope))["event"]["version"]


def refused(kind: str, field: str | None, said: str, payload: object, version: int = 1) -> Broken:
    """Return a line whose payload does not fit its kind, and what is said about it."""
    return line(kind, version, payload), kind, field, said


BROKEN: dict[str, Broken] = {
    "cut": (b'{"seq":1', None, None, "not JSON"),
    "too deep": (b"[" * 100_000, None, None, "not JSON"),
    "lone surrogate": (b'"\\ud800"', None, None, "not JSON"),
    "invalid UTF-8": (b'"\xff"', None, None, "not JSON"),
    "no object": (b"[]", None, None, "expected a mapping"),
    "no event": (b'{"seq":1}', None, "event", "is missing"),
    "event is text": (b'{"seq":1,"event":"x"}', None, "event", "expected kind, version, payload"),
    "event has more": (EVENT_WITH_MORE, None, "event", "nothing else"),
    "number as text": (line("compaction_noted", 1, {}, at_us="7"), None, "at_us", "a whole number"),
    "unknown origin": (line("compaction_noted", 1, {}, origin="told"), None, "origin", "'told'"),
    "payload is a list": refused("turn_cleared", None, "expected a mapping", []),
    "field missing": refused("turn_cleared", "turn_id", "is missing", {}),
    "no such version": refused("turn_cleared", None, "version 0", {}, version=0),
    "long value": refused("turn_cleared", "turn_id", "...", {"turn_id": ["x" * 99]}),
    "truth as text": refused("status_changed", "status", "found True", {"status": True}),
    "truth as number": refused("history_rolled_back", "num_turns", "a whole number", {"num_turns": True}),
    "number as truth": refused("mail_received", "trigger_turn", "true", {"mail_id": "m", "trigger_turn": 1}),
    "text for a tuple": refused("status_changed", "flags", "a list", {"status": "", "flags": "ab"}),
    "item of a tuple": refused("status_changed", "flags[1]", "text", {"status": "", "flags": ["a", 1]}),
    "part is a number": refused("token_usage_reported", "last", "a mapping", {"last": 3}),
    "field of a part": refused(
        "token_usage_reported", "last.input_tokens", "whole number", {"last": {"input_tokens": None}}
    ),
}


@pytest.mark.parametrize(("text", "kind", "field", "said"), BROKEN.values(), ids=BROKEN)
def test_errors_name_kind_field_and_remedy(
    text: bytes, kind: str | None, field: str | None, said: str
) -> None:
    """What cannot be read is refused with an error that says where, what and what to do."""
    with pytest.raises(CodecError) as caught:
        decode(text)
    assert (kind, field) == (caught.value.kind, caught.value.field)
    assert said in caught.value.problem
    assert str(caught.value).endswith(caught.value.remedy)
    assert len(str(caught.value)) < 250


def test_a_payload_may_be_any_mapping() -> None:
    """`from_payload` does not change what it is given, and refuses what is no mapping."""
    payload = {"call_id": "c", "duration_ms": 1}
    assert ExecEnded(call_id="c", duration_us=1000) == from_payload("exec_ended", 1, payload)
    assert {"call_id": "c", "duration_ms": 1} == payload


def test_extra_cannot_hide_a_field() -> None:
    """An `extra` with the name of a known field is refused: one of the two values would be lost."""
    with pytest.raises(CodecError, match=r"`extra` of TurnStarted hides the field turn_id"):
        to_payload(TurnStarted(turn_id="a", extra={"turn_id": "b"}))


@pytest.mark.parametrize("value", [object(), "\ud800"], ids=["object", "surrogate"])
def test_what_is_no_json_is_refused(value: object) -> None:
    """A value that JSON cannot hold is named by an error of ours."""
    with pytest.raises(CodecError, match="turn_started: cannot be written as JSON"):
        encode(Envelope(seq=0, event=TurnStarted(turn_id="a", extra={"a": value})))


def test_events_of_your_own_are_refused() -> None:
    """A class outside the vocabulary is refused when it is written, not when somebody wants to read it."""

    @attrs.frozen(kw_only=True)
    class Mine(TurnStarted):
        pass

    with pytest.raises(CodecError, match="Mine is no event of the vocabulary"):
        encode(Envelope(seq=0, event=Mine(turn_id="a")))


@pytest.mark.parametrize("origin", Origin)
def test_origins_come_back(origin: Origin) -> None:
    """How an event got into a log is part of the line."""
    envelope = Envelope(seq=0, origin=origin, event=TurnStarted(turn_id="a"))
    assert origin is decode(encode(envelope)).origin


def test_the_classes_cost_no_codec() -> None:
    """Importing the events imports neither cattrs nor msgspec; only reading or writing one does."""
    code = "import sys, turnfold.events; print(sorted({'cattrs', 'msgspec'} & set(sys.modules)))"
    assert (
        "[]"
        == subprocess.run(
            [sys.executable, "-P", "-c", code], check=True, capture_output=True, text=True
        ).stdout.strip()
    )
