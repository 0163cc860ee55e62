"""The whole vocabulary, family by family: the only place that says which classes are events."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from turnfold.events.agent import (
    SubAgentActivity,
    SubAgentEnded,
    SubAgentStarted,
)
from turnfold.events.approval import (
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    ReviewEnded,
    ReviewStarted,
)
from turnfold.events.base import Event
from turnfold.events.context import (
    GoalUpdated,
    RealtimeItemRecorded,
    RetainedContextRecorded,
    RiskScoreRecorded,
    TurnContextRecorded,
)
from turnfold.events.execution import (
    ExecBegan,
    ExecEnded,
    ExecIntercepted,
    InterceptionEnded,
    SandboxDenied,
)
from turnfold.events.history import (
    CompactionItemRecorded,
    CompactionNoted,
    HistoryCompacted,
    HistoryRolledBack,
    ReviewModeEntered,
    ReviewModeExited,
    SessionForked,
    WorldStateRecorded,
)
from turnfold.events.hook import (
    HookClosed,
    HookCompleted,
    HookDecided,
    HookStarted,
)
from turnfold.events.input import (
    InputDropped,
    InputQueued,
    InputRefused,
    MailReceived,
    MailRecorded,
    SteerRefused,
    SteerRequested,
    TurnRequested,
    TurnSteered,
    UserInputRecorded,
)
from turnfold.events.item import (
    ItemCompleted,
    ItemStarted,
)
from turnfold.events.model import (
    AgentMessageEmitted,
    AgentReasoningEmitted,
    DiffUpdated,
    GhostSnapshotRecorded,
    ImageRecorded,
    MessageRecorded,
    ModelRequestFailed,
    ModelRequestStarted,
    ModelResponseCompleted,
    PlanUpdated,
    ReasoningRecorded,
    TokenUsageRecorded,
    TokenUsageReported,
    WebSearchRecorded,
)
from turnfold.events.network import (
    NetworkAccessRefused,
    NetworkAccessRequested,
    NetworkCallFinished,
    NetworkCallRegistered,
    NetworkDecisionMade,
    NetworkOutcomeRecorded,
)
from turnfold.events.notice import (
    BackgroundNoted,
    ErrorRaised,
    ForeignStateRecorded,
    StreamErrorRaised,
    UndoCompleted,
    UnknownRecorded,
    WarningRaised,
)
from turnfold.events.session import (
    JournalFailed,
    JournalFlushed,
    RequestAnswered,
    SessionConfigured,
    SessionMetaRecorded,
    SessionRenamed,
    SessionResumed,
    SettingsApplied,
    ShutdownBegan,
    ShutdownCompleted,
    StartupCancelled,
    StatusChanged,
    SubscriberLagged,
)
from turnfold.events.tool import (
    CollabEnded,
    DynamicToolAnswered,
    DynamicToolRequested,
    ImageGenerated,
    ImageViewed,
    McpCallEnded,
    PatchApplied,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    ToolDecisionRecorded,
    WebSearchEnded,
)
from turnfold.events.turn import (
    AbortBegan,
    AbortMarkerRecorded,
    AbortRequested,
    AbortUnwound,
    EffectAbandoned,
    LateResultDropped,
    ScopesCancelled,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
    TurnReserved,
    TurnStarted,
    WaitersDropped,
)

EVENTS: Final[tuple[type[Event], ...]] = (
    # session
    SessionMetaRecorded,
    SessionConfigured,
    SessionResumed,
    SessionRenamed,
    SettingsApplied,
    StatusChanged,
    StartupCancelled,
    ShutdownBegan,
    ShutdownCompleted,
    SubscriberLagged,
    JournalFlushed,
    JournalFailed,
    RequestAnswered,
    # turn
    TurnReserved,
    TurnStarted,
    TurnCompleted,
    TurnAborted,
    AbortRequested,
    AbortBegan,
    ScopesCancelled,
    AbortUnwound,
    AbortMarkerRecorded,
    WaitersDropped,
    EffectAbandoned,
    LateResultDropped,
    TurnCleared,
    # input
    TurnRequested,
    SteerRequested,
    TurnSteered,
    SteerRefused,
    InputRefused,
    UserInputRecorded,
    InputQueued,
    InputDropped,
    MailReceived,
    MailRecorded,
    # hook
    HookStarted,
    HookCompleted,
    HookClosed,
    HookDecided,
    # approval
    ApprovalRequested,
    ApprovalResolved,
    ApprovalDropped,
    ReviewStarted,
    ReviewEnded,
    # tool
    ToolCallRequested,
    ToolCallOutput,
    ToolCallClosed,
    ToolDecisionRecorded,
    PatchApplied,
    McpCallEnded,
    WebSearchEnded,
    ImageGenerated,
    ImageViewed,
    DynamicToolRequested,
    DynamicToolAnswered,
    CollabEnded,
    # execution
    ExecBegan,
    SandboxDenied,
    ExecEnded,
    ExecIntercepted,
    InterceptionEnded,
    # network
    NetworkCallRegistered,
    NetworkCallFinished,
    NetworkAccessRequested,
    NetworkDecisionMade,
    NetworkOutcomeRecorded,
    NetworkAccessRefused,
    # model
    ModelRequestStarted,
    ModelResponseCompleted,
    ModelRequestFailed,
    MessageRecorded,
    ReasoningRecorded,
    AgentMessageEmitted,
    AgentReasoningEmitted,
    WebSearchRecorded,
    ImageRecorded,
    GhostSnapshotRecorded,
    TokenUsageReported,
    TokenUsageRecorded,
    PlanUpdated,
    DiffUpdated,
    # history
    HistoryCompacted,
    CompactionNoted,
    CompactionItemRecorded,
    HistoryRolledBack,
    SessionForked,
    ReviewModeEntered,
    ReviewModeExited,
    WorldStateRecorded,
    # context
    TurnContextRecorded,
    RetainedContextRecorded,
    RiskScoreRecorded,
    RealtimeItemRecorded,
    GoalUpdated,
    # item
    ItemStarted,
    ItemCompleted,
    # agent
    SubAgentActivity,
    SubAgentStarted,
    SubAgentEnded,
    # notice
    ErrorRaised,
    WarningRaised,
    StreamErrorRaised,
    UndoCompleted,
    BackgroundNoted,
    UnknownRecorded,
    ForeignStateRecorded,
)
"""Every event class. Explicit, because attrs builds each class twice and `__subclasses__()` shows both."""

BY_KIND: Final[Mapping[str, type[Event]]] = MappingProxyType({event.kind: event for event in EVENTS})
"""Event class by its `kind`."""
