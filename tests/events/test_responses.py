"""Items of the Responses API and the events that stand for them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold.events import (
    AbortMarkerRecorded,
    AgentMessageEmitted,
    CompactionItemRecorded,
    Event,
    ImageRecorded,
    MailRecorded,
    MessageRecorded,
    ReasoningRecorded,
    ToolCallOutput,
    ToolCallRequested,
    UnknownRecorded,
    UserInputRecorded,
    WebSearchRecorded,
    event_of_item,
    item_of,
)

ITEMS: list[dict[str, Any]] = [
    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]},
    {"type": "message", "id": "m", "role": "assistant", "phase": "commentary", "content": [
        {"type": "output_text", "text": "a", "annotations": []}, {"type": "output_text", "text": "b"}]},
    {"type": "message", "role": "developer", "content": "be brief"},
    {"type": "message", "role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]},
    {"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "zz"},
    {"type": "function_call", "id": "f", "call_id": "c", "name": "shell", "arguments": "{}", "namespace": "n"},
    {"type": "custom_tool_call", "call_id": "c", "name": "apply_patch", "input": "*** Begin", "status": "completed"},
    {"type": "local_shell_call", "call_id": "c", "status": "completed", "action": {"type": "exec", "command": []}},
    {"type": "tool_search_call", "call_id": "c", "execution": "client", "arguments": {"query": "q"}},
    {"type": "function_call_output", "call_id": "c", "output": "done"},
    {"type": "custom_tool_call_output", "id": "o", "call_id": "c", "output": [{"type": "input_text", "text": "x"}]},
    {"type": "tool_search_output", "call_id": "c", "execution": "client", "tools": []},
    {"type": "web_search_call", "id": "w", "status": "completed", "action": {"type": "search", "query": "q"}},
    {"type": "image_generation_call", "id": "g", "status": "completed", "result": "AA"},
    {"type": "compaction", "id": "k", "encrypted_content": "zz"},
    {"type": "context_compaction"},
]  # fmt: skip
CLASSES = [
    *[MessageRecorded] * 4, ReasoningRecorded, *[ToolCallRequested] * 4, *[ToolCallOutput] * 3, WebSearchRecorded,
    ImageRecorded, CompactionItemRecorded, CompactionItemRecorded,
]  # fmt: skip


@pytest.mark.parametrize(
    ("item", "event"), list(zip(ITEMS, CLASSES, strict=True)), ids=lambda value: str(value)[:40]
)
def test_items_come_back(item: dict[str, Any], event: type[Event]) -> None:
    """An item becomes an event of its class, and the event becomes the same item again."""
    found = event_of_item(item, "t")
    assert event is type(found)
    assert item == item_of(found)
    assert found == event_of_item(item_of(found) or {}, "t")


def test_fields_of_events() -> None:
    """Events have what stands in the item: texts, parts, arguments, outputs and the turn."""
    message = event_of_item(ITEMS[1], "t")
    assert isinstance(message, MessageRecorded)
    assert ("m", "assistant", "a", "commentary", 2, "t") == (
        message.item_id, message.role, message.text, message.phase, message.parts, message.turn_id
    )  # fmt: skip
    call = event_of_item(ITEMS[7])
    assert isinstance(call, ToolCallRequested)
    assert ("local_shell", {"type": "exec", "command": []}) == (call.name, call.arguments)
    output = event_of_item(ITEMS[11])
    assert isinstance(output, ToolCallOutput)
    assert ("tool_search_call", []) == (output.call_type, output.output)


@pytest.mark.parametrize(
    ("metadata", "turn_id"), [({"turn_id": "a"}, "a"), ({"turn_id": 7}, None), ({}, None), ("text", None)]
)
def test_the_turn_that_metadata_name(metadata: object, turn_id: str | None) -> None:
    """It is taken where no other is given, and only if it is a text."""
    item: dict[str, Any] = {"type": "reasoning", "summary": [], "metadata": metadata}
    assert turn_id == getattr(event_of_item(item), "turn_id", "")
    assert "mine" == getattr(event_of_item(item, "mine"), "turn_id", "")


@pytest.mark.parametrize(
    ("event", "role", "content"),
    [
        (UserInputRecorded(message="hi"), "user", [{"type": "input_text", "text": "hi"}]),
        (UserInputRecorded(extra={"content": [{"type": "input_image"}]}), "user", [{"type": "input_image"}]),
        (MailRecorded(text="done"), "user", [{"type": "input_text", "text": "done"}]),
        (AbortMarkerRecorded(turn_id="t", role="developer", text="<turn_aborted>"), "developer",
         [{"type": "input_text", "text": "<turn_aborted>"}]),
        (MessageRecorded(role="assistant", text="ok"), "assistant", [{"type": "output_text", "text": "ok"}]),
        (MessageRecorded(role="user"), "user", []),
    ],
)  # fmt: skip
def test_events_that_are_messages(event: Event, role: str, content: object) -> None:
    """Input, mail and markers are messages of the history; without raw parts a text is one part."""
    assert {"type": "message", "role": role, "content": content} == item_of(event)


@pytest.mark.parametrize("event", [AgentMessageEmitted(message="ok"), MailRecorded(mail_id="m")])
def test_events_that_add_nothing(event: Event) -> None:
    """What is for clients only, and mail without a text, is no item."""
    assert item_of(event) is None


@pytest.mark.parametrize(
    "item", [{}, {"type": 7}, {"type": "news", "a": 1}, {"type": "message", "content": "x"}]
)
def test_items_that_nobody_knows(item: dict[str, Any]) -> None:
    """They are kept whole."""
    found = event_of_item(item)
    assert UnknownRecorded(record_type=f"response_item/{item.get('type')}", payload=item) == found


def test_foreign_calls_and_bare_reasoning() -> None:
    """A type of call that we do not know keeps its name; a reasoning without a summary gets an empty one."""
    call = ToolCallRequested(call_id="c", call_type="news_call", name="n", arguments=1)
    assert {"type": "news_call", "name": "n", "arguments": 1, "call_id": "c"} == item_of(call)
    assert "news_call_output" == (item_of(ToolCallOutput(call_id="c", call_type="news_call")) or {})["type"]
    assert {"type": "reasoning", "summary": []} == item_of(ReasoningRecorded())
    assert "compaction" == (item_of(CompactionItemRecorded()) or {})["type"]


def test_extra_does_not_hide_what_an_item_is() -> None:
    """A key of `extra` that is also a field's is the field's."""
    found = item_of(WebSearchRecorded(item_id="w", extra={"type": "other", "id": "x", "action": 1}))
    assert {"type": "web_search_call", "id": "w", "action": 1} == found


VALUES: st.SearchStrategy[Any] = (
    st.none() | st.integers() | st.text(max_size=3) | st.just([1]) | st.just({"text": 1})
)
KEYS = ("role", "content", "id", "call_id", "name", "arguments", "output", "metadata", "status", "summary")


@given(st.sampled_from([item["type"] for item in ITEMS]), st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_no_item_fails(kind: str, fields: dict[str, Any]) -> None:
    """Whatever a model sends is an event, and that event's item is one that does not change any more."""
    item = item_of(event_of_item({**fields, "type": kind}, "t"))
    assert item is None or item == item_of(event_of_item(item, "t"))
