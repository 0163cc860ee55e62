"""Payloads of `response_item` records: what the model was sent and what it said."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from turnfold.events import (
    CompactionItemRecorded,
    Event,
    GhostSnapshotRecorded,
    ImageRecorded,
    MessageRecorded,
    ReasoningRecorded,
    ToolCallOutput,
    ToolCallRequested,
    WebSearchRecorded,
)
from turnfold.rollouts.wire.base import Part, Payload, text_of


class Message(Payload, tag="message"):
    event: ClassVar[type[Event]] = MessageRecorded
    role: str
    content: list[Part] | str | None = None
    item_id: str | None = msgspec.field(default=None, name="id")
    phase: str | None = None

    @property
    def text(self) -> str | None:
        return text_of(self.content)


class Reasoning(Payload, tag="reasoning"):
    event: ClassVar[type[Event]] = ReasoningRecorded
    item_id: str | None = msgspec.field(default=None, name="id")


class FunctionCall(Payload, tag="function_call"):
    event: ClassVar[type[Event]] = ToolCallRequested
    call_type: ClassVar[str] = "function_call"
    call_id: str
    name: str | None = None
    item_id: str | None = msgspec.field(default=None, name="id")


class CustomToolCall(FunctionCall, tag="custom_tool_call"):
    call_type: ClassVar[str] = "custom_tool_call"


class LocalShellCall(Payload, tag="local_shell_call"):
    event: ClassVar[type[Event]] = ToolCallRequested
    call_type: ClassVar[str] = "local_shell_call"
    name: ClassVar[str] = "local_shell"
    call_id: str | None = None
    item_id: str | None = msgspec.field(default=None, name="id")


class ToolSearchCall(LocalShellCall, tag="tool_search_call"):
    call_type: ClassVar[str] = "tool_search_call"
    name: ClassVar[str] = "tool_search"


class Output(Payload, kw_only=True):
    """What outputs share. Their text is most of a file, so only what is asked for is decoded."""

    event: ClassVar[type[Event]] = ToolCallOutput
    raw_output: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="output")

    @property
    def output(self) -> Any:
        return msgspec.json.decode(self.raw_output)


class FunctionOutput(Output, kw_only=True, tag="function_call_output"):
    call_type: ClassVar[str] = "function_call"
    call_id: str


class CustomToolOutput(FunctionOutput, tag="custom_tool_call_output"):
    call_type: ClassVar[str] = "custom_tool_call"


class LocalShellOutput(FunctionOutput, tag="local_shell_call_output"):
    call_type: ClassVar[str] = "local_shell_call"


class ToolSearchOutput(Output, tag="tool_search_output"):
    call_type: ClassVar[str] = "tool_search_call"
    call_id: str | None = None
    tools: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def output(self) -> Any:
        return msgspec.json.decode(self.raw_output) or msgspec.json.decode(self.tools)


class WebSearchCall(Payload, tag="web_search_call"):
    event: ClassVar[type[Event]] = WebSearchRecorded
    item_id: str | None = msgspec.field(default=None, name="id")
    status: str | None = None


class ImageCall(Payload, tag="image_generation_call"):
    event: ClassVar[type[Event]] = ImageRecorded
    item_id: str | None = msgspec.field(default=None, name="id")
    status: str | None = None


class CompactionItem(Payload, tag="compaction"):
    event: ClassVar[type[Event]] = CompactionItemRecorded


class CompactionSummary(CompactionItem, tag="compaction_summary"):
    pass


class ContextCompactionItem(CompactionItem, tag="context_compaction"):
    pass


class GhostSnapshot(Payload, tag="ghost_snapshot"):
    event: ClassVar[type[Event]] = GhostSnapshotRecorded


ITEMS = (
    Message, Reasoning, FunctionCall, CustomToolCall, LocalShellCall, ToolSearchCall, FunctionOutput,
    CustomToolOutput, LocalShellOutput, ToolSearchOutput, WebSearchCall, ImageCall, CompactionItem,
    CompactionSummary, ContextCompactionItem, GhostSnapshot,
)  # fmt: skip
"""Every response item, by the tag of its payload."""
