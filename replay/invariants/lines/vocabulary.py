"""The record types and tags of Codex that its files can hold but that no rule or view reads."""

from __future__ import annotations

from typing import Final

from turnfold.rollouts.wire import PAYLOADS, TAGS

NEVER_PERSISTED: Final = frozenset(
    {
        "apply_patch_approval_request",
        "deprecation_notice",
        "elicitation_request",
        "exec_approval_request",
        "exec_command_begin",
        "hook_completed",
        "hook_started",
        "item_started",
        "mcp_startup_complete",
        "mcp_startup_update",
        "mcp_tool_call_begin",
        "patch_apply_begin",
        "plan_update",
        "raw_response_item",
        "request_permissions",
        "request_user_input",
        "session_configured",
        "shutdown_complete",
        "stream_error",
        "terminal_interaction",
        "turn_diff",
        "warning",
        "web_search_begin",
    }
)
"""Tags of `event_msg` that Codex delivers to its clients and leaves out of its files; deltas are besides these."""

NEVER_PERSISTED_ITEMS: Final = frozenset({"compaction_trigger", "other"})
"""Tags of `response_item` of the same kind."""

UNREAD: Final = frozenset(
    {
        "background_event",
        "collab_agent_interaction_begin",
        "collab_agent_spawn_begin",
        "collab_close_begin",
        "collab_resume_begin",
        "collab_waiting_begin",
        "guardian_warning",
        "image_generation_begin",
        "mcp_list_tools_response",
        "model_reroute",
        "undo_completed",
        "undo_started",
    }
)
"""Other tags of `event_msg` that Codex has had; which versions persisted them is not known."""

UNREAD_ITEMS: Final = frozenset({"additional_tools", "agent_message", "configuration_update"})
"""Tags of `response_item` that newer versions persist and that no rule or view reads (public source, mid 2026)."""


def is_never_persisted(record_type: str) -> bool:
    """Whether Codex has this record, named `type/tag`, but does not write it to files."""
    outer, _, tag = record_type.partition("/")
    if outer == "event_msg":
        return tag in NEVER_PERSISTED or tag.endswith("_delta")
    return outer == "response_item" and tag in NEVER_PERSISTED_ITEMS


def is_known(record_type: str) -> bool:
    """Whether Codex has this record, named `type` or `type/tag`."""
    outer, _, tag = record_type.partition("/")
    if is_never_persisted(record_type):
        return True
    tags = TAGS.get(outer)
    if tags is None:
        return outer in PAYLOADS
    unread = UNREAD if outer == "event_msg" else UNREAD_ITEMS
    return tag in tags or not tag or tag in unread
