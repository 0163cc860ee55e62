"""Items of the Responses API: which item an event stands for in the model's history, and the event of an item.

A Codex rollout keeps the same items as the payloads of its `response_item` records, so the two directions here and
the reader of such files agree. What an event has no field for (the parts of a message, the summary of a reasoning)
travels in `extra` under the item's own key and comes out again.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, cast

import attrs

from turnfold.events.base import Event
from turnfold.events.history import CompactionItemRecorded
from turnfold.events.input import MailRecorded, UserInputRecorded
from turnfold.events.model import ImageRecorded, MessageRecorded, ReasoningRecorded, WebSearchRecorded
from turnfold.events.notice import UnknownRecorded
from turnfold.events.tool import ToolCallOutput, ToolCallRequested
from turnfold.events.turn import AbortMarkerRecorded

Item = Mapping[str, object]

ARGUMENT_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {"function_call": "arguments", "custom_tool_call": "input", "local_shell_call": "action"}
)
"""Under which key each type of call holds what the tool is given; `arguments` for the types not named."""

OUTPUT_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "function_call": "function_call_output",
        "custom_tool_call": "custom_tool_call_output",
        "local_shell_call": "function_call_output",
        "tool_search_call": "tool_search_output",
    }
)
"""Type of the item that answers a call of each type; a local shell is answered like a function."""

IMPLIED_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"local_shell_call": "local_shell", "tool_search_call": "tool_search"}
)
"""Name of the tool where the type of the call says it."""

COMPACTIONS: Final = ("compaction", "compaction_summary", "context_compaction")

_METADATA: Final = ("internal_chat_message_metadata_passthrough", "metadata")
"""Keys under which a provider's item may name its turn."""


def item_of(event: Event) -> dict[str, object] | None:
    """Return the item that *event* adds to the model's history, as plain JSON; None for one that adds none.

    The turn is left out: it is the log's affair. A user's input, mail and the marker of an abort are messages, so one
    event each is enough; an event that only shows the same to clients (`AgentMessageEmitted`) adds nothing.
    """
    build = _ITEMS.get(type(event))
    return None if build is None else build(event)


def event_of_item(item: Item, turn_id: str | None = None) -> Event:
    """Return the event of an item that a model or a file gave, in turn *turn_id*.

    Without a turn, the one that the item's metadata name is taken. Never fails: an item of no type that we know, or a
    message without a role, becomes `UnknownRecorded` and keeps all that it holds.
    """
    kind = item.get("type")
    read = _EVENTS.get(kind) if isinstance(kind, str) else None
    if read is None or (read is _message and not isinstance(item.get("role"), str)):
        return UnknownRecorded(record_type=f"response_item/{kind}", payload=dict(item))
    return read(item, turn_id if turn_id is not None else turn_in(item))


def turn_in(item: Item) -> str | None:
    """The turn that an item's metadata name."""
    for key in _METADATA:
        metadata = item.get(key)
        found = cast("Item", metadata).get("turn_id") if isinstance(metadata, dict) else None
        if isinstance(found, str):
            return found
    return None


def content_of(role: str, text: str | None) -> list[object]:
    """The parts of a message that holds one text; none without a text."""
    kind = "output_text" if role == "assistant" else "input_text"
    return [] if text is None else [{"type": kind, "text": text}]


def first_text(content: object) -> str | None:
    """The first text in the parts of a message, or None when it has none."""
    if isinstance(content, str):
        return content
    parts: Sequence[Any] = cast("Sequence[Any]", content) if isinstance(content, list) else []
    texts = (cast("Item", part).get("text") for part in parts if isinstance(part, dict))
    return next((text for text in texts if isinstance(text, str)), None)


def count_parts(content: object) -> int:
    """The number of parts of a message; a plain text is one."""
    return (
        1
        if isinstance(content, str)
        else len(cast("Sequence[Any]", content))
        if isinstance(content, list)
        else 0
    )


def _item(kind: str, event: Event, /, **fields: object) -> dict[str, object]:
    """An item with those of its fields that hold something, and what travelled in `extra`."""
    held = {"type": kind} | {key: value for key, value in fields.items() if value is not None}
    return {**held, **{key: event.extra[key] for key in event.extra if key not in held}}


def _message_item(event: MessageRecorded) -> dict[str, object]:
    content = event.extra.get("content", content_of(event.role, event.text))
    return _item("message", event, id=event.item_id, role=event.role, content=content, phase=event.phase)


def _plain_message(role: str, text: str | None, content: object = None) -> dict[str, object]:
    parts = content_of(role, text) if content is None else content
    return {"type": "message", "role": role, "content": parts}


def _input_item(event: UserInputRecorded) -> dict[str, object]:
    return _plain_message("user", event.message, event.extra.get("content"))


def _mail_item(event: MailRecorded) -> dict[str, object] | None:
    return None if event.text is None else _plain_message("user", event.text)


def _marker_item(event: AbortMarkerRecorded) -> dict[str, object]:
    return _plain_message(event.role, event.text)


def _reasoning_item(event: ReasoningRecorded) -> dict[str, object]:
    return _item("reasoning", event, id=event.item_id, summary=event.extra.get("summary", []))


def _call_item(event: ToolCallRequested) -> dict[str, object]:
    kind = event.call_type
    given = {ARGUMENT_KEYS.get(kind, "arguments"): event.arguments}
    name = None if event.name == IMPLIED_NAMES.get(kind) else event.name
    fields = {"name": name, "namespace": event.namespace, **given, "call_id": event.call_id}
    return _item(kind, event, id=event.item_id, status=event.status, **fields)


def _output_item(event: ToolCallOutput) -> dict[str, object]:
    kind = OUTPUT_TYPES.get(event.call_type, f"{event.call_type}_output")
    key = "tools" if kind == "tool_search_output" else "output"
    return _item(kind, event, id=event.item_id, call_id=event.call_id, **{key: event.output})


def _search_item(event: WebSearchRecorded) -> dict[str, object]:
    return _item("web_search_call", event, id=event.item_id, status=event.status)


def _image_item(event: ImageRecorded) -> dict[str, object]:
    return _item("image_generation_call", event, id=event.item_id, status=event.status)


def _compaction_item(event: CompactionItemRecorded) -> dict[str, object]:
    return _item(event.item_type or COMPACTIONS[0], event, id=event.item_id)


_ITEMS: Final[Mapping[type[Event], Callable[[Any], dict[str, object] | None]]] = MappingProxyType(
    {
        MessageRecorded: _message_item,
        UserInputRecorded: _input_item,
        MailRecorded: _mail_item,
        AbortMarkerRecorded: _marker_item,
        ReasoningRecorded: _reasoning_item,
        ToolCallRequested: _call_item,
        ToolCallOutput: _output_item,
        WebSearchRecorded: _search_item,
        ImageRecorded: _image_item,
        CompactionItemRecorded: _compaction_item,
    }
)


def _text(item: Item, key: str) -> str | None:
    value = item.get(key)
    return value if isinstance(value, str) else None


def _rest(item: Item, event: type[Event], *taken: str) -> dict[str, object]:
    """What no field takes; a key that is named like a field of the event is the field's."""
    spoken_for = {"type", "id", *taken, *attrs.fields_dict(event)}
    return {key: item[key] for key in item if key not in spoken_for}


def _message(item: Item, turn_id: str | None) -> Event:
    content = item.get("content")
    return MessageRecorded(
        item_id=_text(item, "id"),
        role=str(item["role"]),
        text=first_text(content),
        phase=_text(item, "phase"),
        parts=count_parts(content),
        turn_id=turn_id,
        extra=_rest(item, MessageRecorded),
    )


def _reasoning(item: Item, turn_id: str | None) -> Event:
    return ReasoningRecorded(item_id=_text(item, "id"), turn_id=turn_id, extra=_rest(item, ReasoningRecorded))


def _call(item: Item, turn_id: str | None) -> Event:
    kind = str(item["type"])
    keys = "arguments", "input", "action"
    return ToolCallRequested(
        call_id=_text(item, "call_id"),
        item_id=_text(item, "id"),
        name=IMPLIED_NAMES.get(kind) or _text(item, "name"),
        namespace=_text(item, "namespace"),
        call_type=kind,
        arguments=next((item[key] for key in keys if item.get(key) is not None), None),
        status=_text(item, "status"),
        turn_id=turn_id,
        extra=_rest(item, ToolCallRequested, *keys),
    )


def _output(item: Item, turn_id: str | None) -> Event:
    kind = str(item["type"])
    output = item.get("output")
    return ToolCallOutput(
        call_id=_text(item, "call_id"),
        item_id=_text(item, "id"),
        call_type=_ANSWERED[kind],
        output=item.get("tools") if output is None else output,
        turn_id=turn_id,
        extra=_rest(item, ToolCallOutput, "tools"),
    )


def _search(item: Item, _turn_id: str | None) -> Event:
    rest = _rest(item, WebSearchRecorded)
    return WebSearchRecorded(item_id=_text(item, "id"), status=_text(item, "status"), extra=rest)


def _image(item: Item, _turn_id: str | None) -> Event:
    rest = _rest(item, ImageRecorded)
    return ImageRecorded(item_id=_text(item, "id"), status=_text(item, "status"), extra=rest)


def _compaction(item: Item, _turn_id: str | None) -> Event:
    rest = _rest(item, CompactionItemRecorded)
    return CompactionItemRecorded(item_id=_text(item, "id"), item_type=str(item["type"]), extra=rest)


_ANSWERED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "function_call_output": "function_call",
        "custom_tool_call_output": "custom_tool_call",
        "local_shell_call_output": "local_shell_call",
        "tool_search_output": "tool_search_call",
    }
)

_EVENTS: Final[Mapping[str, Callable[[Item, str | None], Event]]] = MappingProxyType(
    {
        "message": _message,
        "reasoning": _reasoning,
        **dict.fromkeys(("function_call", "custom_tool_call", *IMPLIED_NAMES), _call),
        **dict.fromkeys(_ANSWERED, _output),
        "web_search_call": _search,
        "image_generation_call": _image,
        **dict.fromkeys(COMPACTIONS, _compaction),
    }
)
