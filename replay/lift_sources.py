"""Where in a rollout's payload an event's fields stand, as far as no wire struct reads them.

A rule never needs these fields, so the fast path does not decode them. A path names keys from the outside in;
alternatives are tried in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from turnfold.events import (
    AgentReasoningEmitted,
    CollabEnded,
    CompactionItemRecorded,
    Event,
    GoalUpdated,
    HookCompleted,
    HookEntry,
    HookStarted,
    McpCallEnded,
    MessageRecorded,
    RealtimeItemRecorded,
    ReasoningRecorded,
    RetainedContextRecorded,
    ReviewModeEntered,
    ReviewModeExited,
    RiskScoreRecorded,
    SessionMetaRecorded,
    SettingsApplied,
    SubAgentActivity,
    TokenUsageReported,
    ToolCallOutput,
    ToolCallRequested,
    UserInputRecorded,
)

Fields = Mapping[str, Any]

_TURN: Final = ("turn_id", "internal_chat_message_metadata_passthrough.turn_id", "metadata.turn_id")
_HOOK: Final[Mapping[str, tuple[str, ...]]] = {
    name: (f"run.{name}",)
    for name in ("handler_type", "execution_mode", "source_path", "source", "status_message")
} | {"started_at_s": ("run.started_at",)}

PATHS: Final[Mapping[type[Event], Mapping[str, tuple[str, ...]]]] = {
    UserInputRecorded: {"input_kind": ("kind",)},
    SettingsApplied: {"approvals_reviewer": ("thread_settings.approvals_reviewer",)},
    ReviewModeEntered: {"hint": ("user_facing_hint",)},
    GoalUpdated: {
        "thread_id": ("threadId", "thread_id"),
        "turn_id": ("turnId", "turn_id"),
        "status": ("goal.status",),
        "objective": ("goal.objective",),
    },
    SubAgentActivity: {"activity": ("kind",)},
    McpCallEnded: {"server": ("invocation.server",), "tool": ("invocation.tool",)},
    CollabEnded: {"receiver_id": ("receiver_thread_id", "new_thread_id")},
    HookStarted: _HOOK,
    HookCompleted: {**_HOOK, "completed_at_s": ("run.completed_at",)},
    MessageRecorded: {"turn_id": _TURN},
    ReasoningRecorded: {"turn_id": _TURN},
    ToolCallRequested: {"arguments": ("arguments", "input", "action"), "turn_id": _TURN},
    ToolCallOutput: {"item_id": ("id",), "output": ("output", "tools"), "turn_id": _TURN},
    CompactionItemRecorded: {"item_id": ("id",)},
    SessionMetaRecorded: {
        "tree_session_id": ("session_id",),
        "window_id": ("context_window.window_id",),
        "agent_depth": ("source.subagent.thread_spawn.depth",),
        "agent_role": ("agent_role", "agent_type"),
    },
}
"""Fields that stand elsewhere than under their own name."""


def mapping(value: object) -> Fields:
    """A JSON value as a mapping; an empty one for any other kind of value."""
    return cast("Fields", value) if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[Any]:
    return cast("Sequence[Any]", value) if isinstance(value, list) else ()


def _entries(raw: Fields) -> tuple[HookEntry, ...]:
    entries = filter(None, map(mapping, _list(mapping(raw.get("run")).get("entries"))))
    return tuple(HookEntry(kind=str(entry.get("kind")), text=str(entry.get("text"))) for entry in entries)


def _collab(raw: Fields) -> str:
    return str(raw.get("type")).removeprefix("collab_").removesuffix("_end")


def _is_ok(raw: Fields) -> bool | None:
    result = mapping(raw.get("result"))
    return "Ok" in result if result else None


def _parts(raw: Fields) -> int:
    content = raw.get("content")
    return 1 if isinstance(content, str) else len(_list(content))


DERIVED: Final[Mapping[type[Event], Mapping[str, Callable[[Fields], Any]]]] = {
    TokenUsageReported: {"has_rate_limits": lambda raw: raw.get("rate_limits") is not None},
    ReviewModeExited: {"has_output": lambda raw: raw.get("review_output") is not None},
    MessageRecorded: {"parts": _parts},
    McpCallEnded: {"success": _is_ok},
    CollabEnded: {"how": _collab},
    CompactionItemRecorded: {"item_type": lambda raw: raw.get("type")},
    AgentReasoningEmitted: {"form": lambda raw: raw.get("type")},
    HookCompleted: {"entries": _entries},
    **{
        kind: {"payload": dict} for kind in (RetainedContextRecorded, RiskScoreRecorded, RealtimeItemRecorded)
    },
}
"""Fields that are worked out from the payload."""
