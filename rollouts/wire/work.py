"""Payloads of `event_msg` records about tools, items, hooks and approvals.

The hook and approval records are never persisted by Codex itself (its policy drops them); they are read because
Codex skips what it does not know, so that a log of ours, or of a patched Codex, may hold them.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from turnfold.events import (
    ApprovalRequested,
    CollabEnded,
    DynamicToolAnswered,
    DynamicToolRequested,
    Event,
    ExecBegan,
    ExecEnded,
    HookCompleted,
    HookStarted,
    ImageGenerated,
    ImageViewed,
    ItemCompleted,
    ItemStarted,
    McpCallEnded,
    PatchApplied,
    ReviewEnded,
    WebSearchEnded,
)
from turnfold.rollouts.wire.base import Duration, Part, Payload, text_of


class ExecBegin(Payload, tag="exec_command_begin"):
    event: ClassVar[type[Event]] = ExecBegan
    call_id: str
    turn_id: str | None = None
    attempt: int | None = None


class ExecEnd(Payload, tag="exec_command_end"):
    event: ClassVar[type[Event]] = ExecEnded
    call_id: str
    turn_id: str | None = None
    exit_code: int | None = None
    status: str | None = None
    duration: Duration | None = None
    attempt: int | None = None
    source: str | None = None

    @property
    def duration_us(self) -> int | None:
        return self.duration.as_us() if self.duration else None


class PatchEnd(Payload, tag="patch_apply_end"):
    event: ClassVar[type[Event]] = PatchApplied
    call_id: str
    turn_id: str | None = None
    success: bool | None = None


class McpEnd(Payload, tag="mcp_tool_call_end"):
    event: ClassVar[type[Event]] = McpCallEnded
    call_id: str
    duration: Duration | None = None

    @property
    def duration_us(self) -> int | None:
        return self.duration.as_us() if self.duration else None


class SearchEnd(Payload, tag="web_search_end"):
    event: ClassVar[type[Event]] = WebSearchEnded
    call_id: str
    query: str | None = None


class ImageEnd(Payload, tag="image_generation_end"):
    event: ClassVar[type[Event]] = ImageGenerated
    call_id: str


class ImageView(Payload, tag="view_image_tool_call"):
    event: ClassVar[type[Event]] = ImageViewed
    call_id: str


class DynamicRequest(Payload, tag="dynamic_tool_call_request"):
    event: ClassVar[type[Event]] = DynamicToolRequested
    call_id: str = msgspec.field(name="callId")
    turn_id: str | None = msgspec.field(default=None, name="turnId")


class DynamicResponse(Payload, tag="dynamic_tool_call_response"):
    event: ClassVar[type[Event]] = DynamicToolAnswered
    call_id: str
    turn_id: str | None = None


class CollabSpawnEnd(Payload, tag="collab_agent_spawn_end"):
    event: ClassVar[type[Event]] = CollabEnded
    call_id: str | None = None


class CollabInteractionEnd(CollabSpawnEnd, tag="collab_agent_interaction_end"):
    pass


class CollabWaitEnd(CollabSpawnEnd, tag="collab_waiting_end"):
    pass


class CollabCloseEnd(CollabSpawnEnd, tag="collab_close_end"):
    pass


class CollabResumeEnd(CollabSpawnEnd, tag="collab_resume_end"):
    pass


class Assessment(Payload, tag="guardian_assessment"):
    event: ClassVar[type[Event]] = ReviewEnded
    review_id: str | None = msgspec.field(default=None, name="id")
    call_id: str | None = msgspec.field(default=None, name="target_item_id")
    turn_id: str | None = None
    status: str | None = None


class Item(msgspec.Struct, gc=False, kw_only=True):
    """A thread item; only what tells one from another and what it says."""

    type: str = ""
    id: str | None = None
    text: str | None = None
    content: list[Part] | str | None = None
    status: str | None = None


class ItemEnd(Payload, tag="item_completed"):
    event: ClassVar[type[Event]] = ItemCompleted
    item: Item
    turn_id: str | None = None
    started_at_ms: int | None = None
    completed_at_ms: int | None = None

    @property
    def item_id(self) -> str | None:
        return self.item.id

    @property
    def item_type(self) -> str:
        return self.item.type

    @property
    def status(self) -> str | None:
        return self.item.status

    @property
    def text(self) -> str | None:
        return self.item.text if self.item.text is not None else text_of(self.item.content)


class ItemBegin(ItemEnd, tag="item_started"):
    event: ClassVar[type[Event]] = ItemStarted


class HookRun(msgspec.Struct, gc=False, kw_only=True):
    id: str
    event_name: str | None = None
    handler_type: str | None = None
    scope: str | None = None
    source_path: str | None = None
    display_order: int | None = None
    status: str | None = None
    started_at: int | None = None
    completed_at: int | None = None
    duration_ms: int | None = None


class HookBegin(Payload, tag="hook_started"):
    event: ClassVar[type[Event]] = HookStarted
    started_at_ms: ClassVar[int | None] = None
    """Codex writes seconds; only our own log has milliseconds."""
    run: HookRun
    turn_id: str | None = None

    @property
    def run_id(self) -> str:
        return self.run.id

    @property
    def event_name(self) -> str | None:
        return self.run.event_name

    @property
    def status(self) -> str | None:
        return self.run.status

    @property
    def scope(self) -> str | None:
        return self.run.scope

    @property
    def source_path(self) -> str | None:
        return self.run.source_path

    @property
    def display_order(self) -> int | None:
        return self.run.display_order

    @property
    def started_at_s(self) -> int | None:
        return self.run.started_at


class HookEnd(HookBegin, tag="hook_completed"):
    event: ClassVar[type[Event]] = HookCompleted
    completed_at_ms: ClassVar[int | None] = None

    @property
    def completed_at_s(self) -> int | None:
        return self.run.completed_at

    @property
    def duration_ms(self) -> int | None:
        return self.run.duration_ms


class ExecApproval(Payload, tag="exec_approval_request"):
    event: ClassVar[type[Event]] = ApprovalRequested
    approval_kind: ClassVar[str] = "exec"
    attempt: ClassVar[int | None] = None
    """Codex does not say which attempt of a call it asks for."""
    call_id: str | None = None
    own_id: str | None = msgspec.field(default=None, name="approval_id")
    turn_id: str | None = None
    reason: str | None = None
    command: Any = None

    @property
    def approval_id(self) -> str | None:
        """The id under which the answer comes back: its own, else the call's (Codex, all versions)."""
        return self.own_id or self.call_id

    @property
    def inner_id(self) -> str | None:
        """What tells several questions of one call apart; None for the question about the call itself."""
        return self.own_id


class PatchApproval(ExecApproval, tag="apply_patch_approval_request"):
    approval_kind: ClassVar[str] = "patch"


WORK = (
    ExecBegin, ExecEnd, PatchEnd, McpEnd, SearchEnd, ImageEnd, ImageView, DynamicRequest, DynamicResponse,
    CollabSpawnEnd, CollabInteractionEnd, CollabWaitEnd, CollabCloseEnd, CollabResumeEnd, Assessment, ItemEnd,
    ItemBegin, HookBegin, HookEnd, ExecApproval, PatchApproval,
)  # fmt: skip
"""Every payload of this module, by the tag of its `event_msg` record."""
