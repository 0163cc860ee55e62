"""Payloads whose record type says all: identity, context, compaction, accounting."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import msgspec

from turnfold.events import (
    Event,
    HistoryCompacted,
    MailRecorded,
    RealtimeItemRecorded,
    RetainedContextRecorded,
    RiskScoreRecorded,
    SessionMetaRecorded,
    TokenUsageRecorded,
    TurnContextRecorded,
    WorldStateRecorded,
)
from turnfold.rollouts.wire.base import Usage


class Untagged(msgspec.Struct, gc=False, kw_only=True):
    """A payload that its record's own `type` identifies."""

    event: ClassVar[type[Event]]


class SessionMeta(Untagged):
    event: ClassVar[type[Event]] = SessionMetaRecorded
    session_id: str = msgspec.field(name="id")
    forked_from_id: str | None = None
    forked_from_ordinal: int | None = msgspec.field(default=None, name="forked_from_ordinal_exclusive")
    parent_thread_id: str | None = None
    created_at_text: str | None = msgspec.field(default=None, name="timestamp")
    cwd: str | None = None
    originator: str | None = None
    cli_version: str | None = None
    source: Any = None
    history_mode: str | None = None
    history_base: Any = None
    history_start_ordinal: int | None = msgspec.field(default=None, name="subagent_history_start_ordinal")
    model_provider: str | None = None


class TurnContext(Untagged):
    """Tolerant on purpose: a context whose fields have the wrong shape is a rule's finding, not damage."""

    event: ClassVar[type[Event]] = TurnContextRecorded
    turn_id: Any = None
    cwd: Any = None
    model: Any = None
    approval_policy: Any = None
    sandbox_policy: Any = None
    summary: Any = None

    @property
    def sandbox_mode(self) -> str | None:
        policy = self.sandbox_policy
        if isinstance(policy, dict):
            named = cast("dict[str, Any]", policy)
            policy = named.get("mode") or named.get("type")
        return policy if isinstance(policy, str) else None


class Compacted(Untagged):
    event: ClassVar[type[Event]] = HistoryCompacted
    message: str | None = None
    replacement_history: list[msgspec.Raw] | None = None
    window_id: Any = None
    previous_window_id: Any = None
    window_number: int | None = None

    @property
    def replacement_count(self) -> int | None:
        return None if self.replacement_history is None else len(self.replacement_history)


class WorldState(Untagged):
    event: ClassVar[type[Event]] = WorldStateRecorded
    full: bool | None = None


class UsageRecord(Untagged):
    event: ClassVar[type[Event]] = TokenUsageRecorded
    thread_id: str | None = None
    turn_id: str | None = None
    response_id: str | None = None
    usage: Usage | None = None
    turn_usage: Usage | None = msgspec.field(default=None, name="turn_token_usage")
    thread_usage: Usage | None = msgspec.field(default=None, name="thread_token_usage")


class Mail(Untagged):
    event: ClassVar[type[Event]] = MailRecorded


class RetainedContext(Untagged):
    event: ClassVar[type[Event]] = RetainedContextRecorded


class RiskScore(Untagged):
    event: ClassVar[type[Event]] = RiskScoreRecorded


class RealtimeItem(Untagged):
    event: ClassVar[type[Event]] = RealtimeItemRecorded
