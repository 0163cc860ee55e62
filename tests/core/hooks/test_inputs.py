"""What hooks read is one line of JSON, or is refused before any hook runs."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.hooks.payloads import payloads
from turnfold.core.hooks import (
    INPUTS,
    HookEvent,
    PermissionRequestInput,
    PreToolUseInput,
    UnserializableInput,
    permission_mode,
    stdin_of,
)


def request(**fields: str) -> PermissionRequestInput:
    """A request for permission."""
    given: dict[str, str] = {"command": "ls", "cwd": "/w", "turn_id": "t", **fields}
    return PermissionRequestInput(
        session_id="s", transcript_path=None, model="m", permission_mode="default",
        cwd=given["cwd"], turn_id=given["turn_id"], command=given["command"],
        description=given.get("description"),
    )  # fmt: skip


def tool_use(tool_input: object) -> PreToolUseInput:
    """A call of a tool."""
    return PreToolUseInput(
        session_id="s", transcript_path=None, cwd="/w", model="m", permission_mode="default",
        turn_id="t", tool_name="Bash", tool_input=tool_input, tool_use_id="c",
    )  # fmt: skip


@pytest.mark.covers("B1")
def test_a_request_for_permission_tells_this_and_nothing_else() -> None:
    """The names, their values, and no others."""
    assert {
        "session_id": "s",
        "turn_id": "t",
        "transcript_path": None,
        "cwd": "/w",
        "hook_event_name": "PermissionRequest",
        "model": "m",
        "permission_mode": "default",
        "tool_name": "Bash",
        "tool_input": {"command": "ls", "description": "why"},
    } == json.loads(stdin_of(request(description="why")))


@pytest.mark.covers("B1")
def test_a_missing_description_is_left_out() -> None:
    """It is absent, not null."""
    assert {"command": "ls"} == json.loads(stdin_of(request()))["tool_input"]


@pytest.mark.covers("B1")
def test_a_turn_id_is_never_empty() -> None:
    """A payload without one is not made."""
    with pytest.raises(ValueError, match="turn_id"):
        request(turn_id="")


@pytest.mark.covers("B1")
def test_the_mode_that_hooks_are_told() -> None:
    """The policy never bypasses permissions; any other is the default."""
    assert "bypassPermissions" == permission_mode("never")
    assert ["default"] * 4 == [permission_mode(policy) for policy in ("untrusted", "on-request", None, 1)]


def test_each_event_has_its_payload() -> None:
    """The payloads are in the order of events, and each says its own name."""
    assert list(HookEvent) == [payload.event for payload in INPUTS]
    assert [event.wire for event in HookEvent] == [
        json.loads(stdin_of(payload))["hook_event_name"] for payload in payloads()
    ]


def test_what_some_events_do_not_tell() -> None:
    """Compactions have no mode, and the end of a session has a constant reason and neither mode nor model."""
    told = {payload.event: json.loads(stdin_of(payload)) for payload in payloads()}
    assert "permission_mode" not in told[HookEvent.PRE_COMPACT]
    assert {
        "session_id": "s",
        "transcript_path": "/r.jsonl",
        "cwd": "/w",
        "hook_event_name": "SessionEnd",
        "reason": "other",
    } == told[HookEvent.SESSION_END]


def test_a_sub_agent_is_named_only_where_there_is_one() -> None:
    """In the main thread its fields are absent."""
    told = {payload.event: json.loads(stdin_of(payload)) for payload in payloads()}
    assert "agent_id" not in told[HookEvent.PRE_TOOL_USE]
    assert ("a", "scout") == tuple(told[HookEvent.POST_TOOL_USE][key] for key in ("agent_id", "agent_type"))


@pytest.mark.covers("A6")
@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_stdin_is_one_line(command: str, description: str) -> None:
    """Whatever the texts hold, it is one line, and reads back."""
    line = stdin_of(request(command=command, description=description))
    assert (1, b"\n") == (line.count(b"\n"), line[-1:])
    assert {"command": command, "description": description} == json.loads(line)["tool_input"]


@pytest.mark.covers("B9")
def test_a_path_that_is_no_unicode_cannot_be_told() -> None:
    """A lone surrogate, as Python reads odd bytes of a path, has no UTF-8."""
    with pytest.raises(UnserializableInput, match="surrogates not allowed") as caught:
        stdin_of(request(cwd="/w\udcff"))
    assert str(caught.value) == caught.value.message


@pytest.mark.covers("B9")
@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (b"bytes", "not JSON serializable"),
        ({1, 2}, "not JSON serializable"),
        (float("nan"), "not JSON compliant"),
        ({("a",): 1}, "keys must be"),
    ],
)
def test_what_json_cannot_hold_is_refused(value: object, complaint: str) -> None:
    """The message says what is wrong."""
    with pytest.raises(UnserializableInput, match=complaint):
        stdin_of(tool_use(value))


@pytest.mark.covers("B9")
def test_endless_input_is_refused() -> None:
    """Arguments that hold themselves, or are nested too deep, do not crash."""
    endless: list[object] = []
    endless.append(endless)
    deep: object = None
    for _ in range(100_000):
        deep = [deep]
    for value in (endless, deep):
        with pytest.raises(UnserializableInput):
            stdin_of(tool_use(value))
    while isinstance(deep, list):  # taken apart by hand, for the interpreter would do it by recursion
        deep = deep.pop()
