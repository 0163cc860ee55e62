"""Payloads of `event_msg` records about turns, input and the session."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from turnfold.events import (
    AgentMessageEmitted,
    AgentReasoningEmitted,
    CompactionNoted,
    ErrorRaised,
    Event,
    GoalUpdated,
    HistoryRolledBack,
    ReviewModeEntered,
    ReviewModeExited,
    SessionRenamed,
    SettingsApplied,
    ShutdownCompleted,
    StreamErrorRaised,
    SubAgentActivity,
    TokenUsageReported,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    UserInputRecorded,
    WarningRaised,
)
from turnfold.rollouts.wire.base import Payload, Usage


class Started(Payload, tag="task_started"):
    event: ClassVar[type[Event]] = TurnStarted
    turn_id: str = ""
    started_at_s: int | None = msgspec.field(default=None, name="started_at")
    model_context_window: int | None = None


class StartedByAlias(Started, tag="turn_started"):
    """The newer name that readers of Codex accept for `task_started`."""


class Completed(Payload, tag="task_complete"):
    event: ClassVar[type[Event]] = TurnCompleted
    turn_id: str = ""
    last_agent_message: str | None = None
    error: Any = None
    started_at_s: int | None = msgspec.field(default=None, name="started_at")
    completed_at_s: int | None = msgspec.field(default=None, name="completed_at")
    duration_ms: int | None = None
    time_to_first_token_ms: int | None = None


class CompletedByAlias(Completed, tag="turn_complete"):
    """The newer name that readers of Codex accept for `task_complete`."""


class Aborted(Payload, tag="turn_aborted"):
    event: ClassVar[type[Event]] = TurnAborted
    turn_id: str | None = None
    reason: str | None = None
    started_at_s: int | None = msgspec.field(default=None, name="started_at")
    completed_at_s: int | None = msgspec.field(default=None, name="completed_at")
    duration_ms: int | None = None


class UserMessage(Payload, tag="user_message"):
    event: ClassVar[type[Event]] = UserInputRecorded
    message: str | None = None
    turn_id: str | None = None
    client_id: str | None = None
    input_id: str | None = None


class AgentMessage(Payload, tag="agent_message"):
    event: ClassVar[type[Event]] = AgentMessageEmitted
    message: str | None = None
    phase: str | None = None


class AgentReasoning(Payload, tag="agent_reasoning"):
    event: ClassVar[type[Event]] = AgentReasoningEmitted
    form: ClassVar[str] = "agent_reasoning"


class AgentReasoningRaw(Payload, tag="agent_reasoning_raw_content"):
    event: ClassVar[type[Event]] = AgentReasoningEmitted
    form: ClassVar[str] = "agent_reasoning_raw_content"


class AgentReasoningBreak(Payload, tag="agent_reasoning_section_break"):
    event: ClassVar[type[Event]] = AgentReasoningEmitted
    form: ClassVar[str] = "agent_reasoning_section_break"


class TokenInfo(msgspec.Struct, gc=False, kw_only=True):
    total_token_usage: Usage | None = None
    last_token_usage: Usage | None = None
    model_context_window: int | None = None


class TokenCount(Payload, tag="token_count"):
    event: ClassVar[type[Event]] = TokenUsageReported
    info: TokenInfo | None = None

    @property
    def total(self) -> Usage | None:
        return self.info.total_token_usage if self.info else None

    @property
    def last(self) -> Usage | None:
        return self.info.last_token_usage if self.info else None

    @property
    def model_context_window(self) -> int | None:
        return self.info.model_context_window if self.info else None


class Error(Payload, tag="error"):
    event: ClassVar[type[Event]] = ErrorRaised
    message: str | None = None
    error_code: Any = msgspec.field(default=None, name="codex_error_info")
    turn_id: str | None = None
    will_retry: bool | None = None


class StreamError(Payload, tag="stream_error"):
    event: ClassVar[type[Event]] = StreamErrorRaised
    message: str | None = None


class Warned(Payload, tag="warning"):
    event: ClassVar[type[Event]] = WarningRaised
    message: str | None = None


class ContextCompacted(Payload, tag="context_compacted"):
    event: ClassVar[type[Event]] = CompactionNoted


class RolledBack(Payload, tag="thread_rolled_back"):
    event: ClassVar[type[Event]] = HistoryRolledBack
    num_turns: int | None = None


class EnteredReview(Payload, tag="entered_review_mode"):
    event: ClassVar[type[Event]] = ReviewModeEntered


class ExitedReview(Payload, tag="exited_review_mode"):
    event: ClassVar[type[Event]] = ReviewModeExited


class Renamed(Payload, tag="thread_name_updated"):
    event: ClassVar[type[Event]] = SessionRenamed
    name: str | None = msgspec.field(default=None, name="thread_name")


class ThreadSettings(msgspec.Struct, gc=False, kw_only=True):
    model: str | None = None
    cwd: str | None = None
    approval_policy: Any = None


class Settings(Payload, tag="thread_settings_applied"):
    event: ClassVar[type[Event]] = SettingsApplied
    thread_id: str | None = None
    thread_settings: ThreadSettings | None = None

    @property
    def model(self) -> str | None:
        return self.thread_settings.model if self.thread_settings else None

    @property
    def cwd(self) -> str | None:
        return self.thread_settings.cwd if self.thread_settings else None

    @property
    def approval_policy(self) -> Any:
        return self.thread_settings.approval_policy if self.thread_settings else None


class Goal(Payload, tag="thread_goal_updated"):
    event: ClassVar[type[Event]] = GoalUpdated


class SubAgent(Payload, tag="sub_agent_activity"):
    event: ClassVar[type[Event]] = SubAgentActivity


class ShutDown(Payload, tag="shutdown_complete"):
    event: ClassVar[type[Event]] = ShutdownCompleted


TURNS = (
    Started, StartedByAlias, Completed, CompletedByAlias, Aborted, UserMessage, AgentMessage, AgentReasoning,
    AgentReasoningRaw, AgentReasoningBreak, TokenCount, Error, StreamError, Warned, ContextCompacted, RolledBack,
    EnteredReview, ExitedReview, Renamed, Settings, Goal, SubAgent, ShutDown,
)  # fmt: skip
"""Every payload of this module, by the tag of its `event_msg` record."""
