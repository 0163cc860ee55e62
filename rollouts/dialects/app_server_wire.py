"""The shapes of app-server messages, with only the fields that some event takes over.

Source: the protocol's v2 types, as `codex app-server generate-json-schema` writes them. Fields that some
version left out are optional; those without which the message says nothing are required.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Wire(msgspec.Struct, gc=False, kw_only=True, rename="camel"):
    """Camel case on the wire, snake case here; unknown fields are passed over."""


class Thread(Wire):
    id: str
    session_id: str | None = None
    forked_from_id: str | None = None
    parent_thread_id: str | None = None
    created_at_s: int | None = msgspec.field(default=None, name="createdAt")
    cwd: str | None = None
    originator: str | None = None
    cli_version: str | None = None
    source: Any = None
    thread_source: str | None = None
    history_mode: str | None = None
    model_provider: str | None = None
    agent_nickname: str | None = None
    agent_role: str | None = None
    git: dict[str, Any] | None = msgspec.field(default=None, name="gitInfo")


class ThreadNote(Wire):
    thread: Thread


class Status(Wire):
    type: str
    active_flags: tuple[str, ...] = ()


class StatusNote(Wire):
    thread_id: str
    status: Status


class NameNote(Wire):
    thread_id: str
    thread_name: str | None = None


class Settings(Wire):
    model: str | None = None
    cwd: str | None = None
    approval_policy: Any = None
    approvals_reviewer: str | None = None


class SettingsNote(Wire):
    thread_id: str
    settings: Settings = msgspec.field(name="threadSettings")


class Goal(Wire):
    status: str | None = None
    objective: str | None = None


class GoalNote(Wire):
    thread_id: str
    goal: Goal
    turn_id: str | None = None


class Item(Wire):
    type: str
    id: str | None = None
    status: str | None = None
    text: str | None = None
    content: Any = None
    started_at_ms: int | None = None
    completed_at_ms: int | None = None


class ItemNote(Wire):
    thread_id: str
    turn_id: str
    item: Item
    started_at_ms: int | None = None
    completed_at_ms: int | None = None


class Turn(Wire):
    id: str
    status: str
    root_turn_id: str | None = None
    items: list[Item] = []  # msgspec copies it for each turn
    error: Any = None
    started_at_s: int | None = msgspec.field(default=None, name="startedAt")
    completed_at_s: int | None = msgspec.field(default=None, name="completedAt")
    duration_ms: int | None = None


class TurnNote(Wire):
    thread_id: str
    turn: Turn


class HookRun(Wire):
    """Field names equal those of `HookStarted`, but for the id."""

    id: str
    event_name: str
    status: str
    handler_type: str | None = None
    execution_mode: str | None = None
    scope: str | None = None
    source_path: str | None = None
    source: str | None = None
    display_order: int | None = None
    status_message: str | None = None
    started_at_s: int | None = msgspec.field(default=None, name="startedAt")


class Entry(Wire):
    kind: str
    text: str


class EndedHookRun(HookRun):
    completed_at_s: int | None = msgspec.field(default=None, name="completedAt")
    duration_ms: int | None = None
    entries: tuple[Entry, ...] = ()


class HookNote(Wire):
    thread_id: str
    run: HookRun
    turn_id: str | None = None


class EndedHookNote(Wire):
    thread_id: str
    run: EndedHookRun
    turn_id: str | None = None


class Review(Wire):
    status: str
    risk_level: str | None = None
    rationale: str | None = None


class ReviewNote(Wire):
    thread_id: str
    turn_id: str
    review_id: str
    review: Review
    target_item_id: str | None = None
    started_at_ms: int | None = None
    completed_at_ms: int | None = None


class Usage(Wire):
    """Field names equal those of `TokenUsage`."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    cached_input_tokens: int = 0
    cache_write_input_tokens: int | None = None
    reasoning_output_tokens: int = 0


class ThreadUsage(Wire):
    total: Usage
    last: Usage
    model_context_window: int | None = None


class UsageNote(Wire):
    thread_id: str
    usage: ThreadUsage = msgspec.field(name="tokenUsage")
    turn_id: str | None = None


class TurnError(Wire):
    message: str
    codex_error_info: Any = None


class ErrorNote(Wire):
    error: TurnError
    turn_id: str | None = None
    will_retry: bool | None = None


class WarningNote(Wire):
    message: str
    thread_id: str | None = None


class SummaryNote(Wire):
    """`configWarning`, `deprecationNotice`."""

    summary: str


class PlanNote(Wire):
    turn_id: str
    plan: Any = None
    explanation: str | None = None


class DiffNote(Wire):
    turn_id: str
    diff: str


class TurnIdNote(Wire):
    """Notifications that need nothing but the turn."""

    turn_id: str | None = None


class ResolvedNote(Wire):
    request_id: int | str


class Question(Wire):
    """What the server's requests have in common. The first protocol's call the thread a conversation."""

    thread_id: str | None = None
    conversation_id: str | None = None
    turn_id: str | None = None
    item_id: str | None = None
    call_id: str | None = None
    approval_id: str | None = None
    reason: str | None = None
    command: str | tuple[str, ...] | None = None
    cwd: str | None = None
    available_decisions: tuple[Any, ...] | None = None
    network_approval_context: Any = None


class TurnStart(Wire):
    thread_id: str
    input: tuple[Any, ...] = ()
    client_id: str | None = msgspec.field(default=None, name="clientUserMessageId")


class TurnSteer(Wire):
    thread_id: str
    input: tuple[Any, ...] = ()
    expected_turn_id: str | None = None


class TurnInterrupt(Wire):
    thread_id: str
    turn_id: str | None = None
