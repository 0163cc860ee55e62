"""What the notifications of an app-server say, as events. Each is read by itself, without memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import msgspec

from turnfold.events import (
    CompactionNoted,
    DiffUpdated,
    ErrorRaised,
    Event,
    GoalUpdated,
    HookCompleted,
    HookEntry,
    HookStarted,
    ItemCompleted,
    ItemStarted,
    PlanUpdated,
    ReviewEnded,
    ReviewStarted,
    SessionMetaRecorded,
    SessionRenamed,
    SettingsApplied,
    ShutdownCompleted,
    StatusChanged,
    TokenUsage,
    TokenUsageReported,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    WarningRaised,
)
from turnfold.rollouts.dialects import app_server_wire as wire
from turnfold.rollouts.dialects.rpc import as_object, iso_text, read

Params = Mapping[str, Any]
W = TypeVar("W", bound=wire.Wire)

_GIT_NAMES = {"sha": "commit_hash", "originUrl": "repository_url"}


def snake(name: str) -> str:
    """`permissionRequest` → `permission_request`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def first_text(parts: object) -> str | None:
    """The text of the first part that has one: `[{"type": "text", "text": "hello"}]` → `hello`."""
    if not isinstance(parts, list | tuple):
        return None
    texts = (as_object(part).get("text") for part in cast("list[object]", parts))
    return next((text for text in texts if isinstance(text, str)), None)


def identity(thread: wire.Thread, server_version: str | None = None) -> SessionMetaRecorded:
    """The identity of a thread. The version is that of the server, as it wrote the messages, if known."""
    return SessionMetaRecorded(
        session_id=thread.id,
        tree_session_id=thread.session_id,
        forked_from_id=thread.forked_from_id,
        parent_thread_id=thread.parent_thread_id,
        created_at_text=None if thread.created_at_s is None else iso_text(thread.created_at_s * 1000),
        cwd=thread.cwd,
        originator=thread.originator,
        cli_version=server_version or thread.cli_version,
        source=thread.source,
        thread_source=thread.thread_source,
        history_mode=thread.history_mode,
        model_provider=thread.model_provider,
        agent_nickname=thread.agent_nickname,
        agent_role=thread.agent_role,
        git={_GIT_NAMES.get(key, key): value for key, value in thread.git.items()} if thread.git else None,
    )


def turn_started(note: wire.TurnNote) -> Event:
    turn = note.turn
    return TurnStarted(turn_id=turn.id, started_at_s=turn.started_at_s, root_turn_id=turn.root_turn_id)


def turn_completed(note: wire.TurnNote) -> Event:
    """One method for every end: its status says which. A status that we do not know is an end by itself."""
    turn = note.turn
    if turn.status == "interrupted":
        # The app-server does not pass on why: interrupted, replaced and the rest all arrive as this status.
        return TurnAborted(
            turn_id=turn.id,
            reason=turn.status,
            started_at_s=turn.started_at_s,
            completed_at_s=turn.completed_at_s,
            duration_ms=turn.duration_ms,
            root_turn_id=turn.root_turn_id,
        )
    messages = [item.text for item in turn.items if item.type == "agentMessage"]
    return TurnCompleted(
        turn_id=turn.id,
        status=turn.status,
        last_agent_message=messages[-1] if messages else None,
        error=turn.error,
        started_at_s=turn.started_at_s,
        completed_at_s=turn.completed_at_s,
        duration_ms=turn.duration_ms,
        root_turn_id=turn.root_turn_id,
    )


def item_fields(note: wire.ItemNote) -> dict[str, Any]:
    item = note.item
    return {
        "thread_id": note.thread_id,
        "turn_id": note.turn_id,
        "item_id": item.id,
        "item_type": item.type,
        "status": item.status,
        "text": first_text(item.content) if item.text is None else item.text,
        "started_at_ms": note.started_at_ms if item.started_at_ms is None else item.started_at_ms,
    }


def item_started(note: wire.ItemNote) -> Event:
    """Only the item. For a command it is no begin of the execution: hooks and approvals come after it."""
    return ItemStarted(**item_fields(note))


def item_completed(note: wire.ItemNote) -> Event:
    ended = note.completed_at_ms if note.item.completed_at_ms is None else note.item.completed_at_ms
    return ItemCompleted(**item_fields(note), completed_at_ms=ended)


def hook_fields(note: wire.HookNote | wire.EndedHookNote) -> dict[str, Any]:
    fields = msgspec.structs.asdict(note.run)
    fields["run_id"] = fields.pop("id")
    fields["turn_id"] = note.turn_id
    fields["event_name"] = snake(note.run.event_name)
    fields["handler_type"] = None if note.run.handler_type is None else snake(note.run.handler_type)
    return fields


def hook_started(note: wire.HookNote) -> Event:
    return HookStarted(**hook_fields(note))


def hook_completed(note: wire.EndedHookNote) -> Event:
    fields = hook_fields(note)
    fields["entries"] = tuple(HookEntry(kind=entry.kind, text=entry.text) for entry in note.run.entries)
    return HookCompleted(**fields)


def review_started(note: wire.ReviewNote) -> Event:
    return ReviewStarted(
        review_id=note.review_id,
        call_id=note.target_item_id,
        turn_id=note.turn_id,
        status=snake(note.review.status),
        started_at_ms=note.started_at_ms,
    )


def review_ended(note: wire.ReviewNote) -> Event:
    return ReviewEnded(
        review_id=note.review_id,
        call_id=note.target_item_id,
        turn_id=note.turn_id,
        status=snake(note.review.status),
        risk_level=note.review.risk_level,
        rationale=note.review.rationale,
        started_at_ms=note.started_at_ms,
        completed_at_ms=note.completed_at_ms,
    )


def usage_reported(note: wire.UsageNote) -> Event:
    return TokenUsageReported(
        total=TokenUsage(**msgspec.structs.asdict(note.usage.total)),
        last=TokenUsage(**msgspec.structs.asdict(note.usage.last)),
        model_context_window=note.usage.model_context_window,
        turn_id=note.turn_id,
    )


def renamed(note: wire.NameNote) -> Event:
    return SessionRenamed(thread_id=note.thread_id, name=note.thread_name)


def status_changed(note: wire.StatusNote) -> Event:
    return StatusChanged(status=note.status.type, flags=note.status.active_flags, thread_id=note.thread_id)


def settings_applied(note: wire.SettingsNote) -> Event:
    return SettingsApplied(thread_id=note.thread_id, **msgspec.structs.asdict(note.settings))


def goal_updated(note: wire.GoalNote) -> Event:
    return GoalUpdated(thread_id=note.thread_id, turn_id=note.turn_id, **msgspec.structs.asdict(note.goal))


def error_raised(note: wire.ErrorNote) -> Event:
    return ErrorRaised(
        message=note.error.message,
        error_code=note.error.codex_error_info,
        turn_id=note.turn_id,
        will_retry=note.will_retry,
    )


def warned(note: wire.WarningNote) -> Event:
    return WarningRaised(message=note.message, thread_id=note.thread_id)


def warned_in_summary(note: wire.SummaryNote) -> Event:
    return WarningRaised(message=note.summary)


def plan_updated(note: wire.PlanNote) -> Event:
    return PlanUpdated(turn_id=note.turn_id, explanation=note.explanation, plan=note.plan)


def reader(method: str, shape: type[W], build: Callable[[W], Event]) -> tuple[str, Callable[[Params], Event]]:
    """A row of `NOTES`: the method, and how its params become an event."""
    return method, lambda params: build(read(params, shape, method))


NOTES: Mapping[str, Callable[[Params], Event]] = dict(
    (
        reader("thread/name/updated", wire.NameNote, renamed),
        reader("thread/status/changed", wire.StatusNote, status_changed),
        reader("thread/settings/updated", wire.SettingsNote, settings_applied),
        reader("thread/goal/updated", wire.GoalNote, goal_updated),
        reader("thread/tokenUsage/updated", wire.UsageNote, usage_reported),
        reader("thread/compacted", wire.TurnIdNote, lambda n: CompactionNoted(turn_id=n.turn_id)),
        reader("thread/closed", wire.TurnIdNote, lambda _: ShutdownCompleted()),
        reader("turn/started", wire.TurnNote, turn_started),
        reader("turn/completed", wire.TurnNote, turn_completed),
        reader("turn/plan/updated", wire.PlanNote, plan_updated),
        reader("turn/diff/updated", wire.DiffNote, lambda n: DiffUpdated(turn_id=n.turn_id, diff=n.diff)),
        reader("item/started", wire.ItemNote, item_started),
        reader("item/completed", wire.ItemNote, item_completed),
        reader("item/autoApprovalReview/started", wire.ReviewNote, review_started),
        reader("item/autoApprovalReview/completed", wire.ReviewNote, review_ended),
        reader("hook/started", wire.HookNote, hook_started),
        reader("hook/completed", wire.EndedHookNote, hook_completed),
        reader("error", wire.ErrorNote, error_raised),
        reader("warning", wire.WarningNote, warned),
        reader("guardianWarning", wire.WarningNote, warned),
        reader("configWarning", wire.SummaryNote, warned_in_summary),
        reader("deprecationNotice", wire.SummaryNote, warned_in_summary),
    )
)
"""Notification → its event. `thread/started` and `serverRequest/resolved` take memory: see the decoder."""

SILENT_METHODS = frozenset(
    {
        "initialized",
        "thread/archived",
        "thread/unarchived",
        "turn/moderationMetadata",
        "item/commandExecution/terminalInteraction",
        "item/fileChange/patchUpdated",
        "item/mcpToolCall/progress",
        "item/reasoning/summaryPartAdded",
        "rawResponseItem/completed",
    }
)
SILENT_FAMILIES = (
    "account/", "app/", "command/", "config/", "externalAgentConfig/", "fs/", "fuzzyFileSearch/",
    "mcpServer/", "model/", "process/", "remoteControl/", "skills/", "thread/realtime/",
    "windows/", "windowsSandbox/",
)  # fmt: skip


def is_silent(method: str) -> bool:
    """Whether a notification is known and says nothing of a session's order: pieces of text, the machine."""
    return (
        method in SILENT_METHODS or method.startswith(SILENT_FAMILIES) or method.endswith(("/delta", "Delta"))
    )
