"""The lifecycle tables.

Law 1: what may happen is said here and nowhere else. A row lists what is legal in a phase, and absence is the
error. Other modules compute data, never legality.

Law 2: an event is legal when every machine that sees it has a row for it, and no machine that it bars has an
open instance. A machine sees the event types that occur in its rows, and no others.

The tables know the order of event *types*. Whether contents agree (reasons, decisions, counts) is for the
invariants to say. Where a content decides the next phase, it is a named `Fact`.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from turnfold.core.lifecycle.calls import TOOL_NOTICES, call_rows
from turnfold.core.lifecycle.phases import (
    ApprovalPhase as A,
)
from turnfold.core.lifecycle.phases import (
    HookRunPhase as H,
)
from turnfold.core.lifecycle.phases import (
    Machine,
    Phase,
)
from turnfold.core.lifecycle.phases import (
    NetworkPhase as N,
)
from turnfold.core.lifecycle.phases import (
    SessionPhase as S,
)
from turnfold.core.lifecycle.phases import (
    TurnPhase as T,
)
from turnfold.events import (
    AbortBegan,
    AbortMarkerRecorded,
    AbortRequested,
    AbortUnwound,
    AgentMessageEmitted,
    AgentReasoningEmitted,
    ApprovalDropped,
    ApprovalRequested,
    ApprovalResolved,
    BackgroundNoted,
    CompactionItemRecorded,
    CompactionNoted,
    DiffUpdated,
    EffectAbandoned,
    ErrorRaised,
    Event,
    ExecBegan,
    ExecEnded,
    ExecIntercepted,
    ForeignStateRecorded,
    GhostSnapshotRecorded,
    GoalUpdated,
    HistoryCompacted,
    HistoryRolledBack,
    HookClosed,
    HookCompleted,
    HookDecided,
    HookStarted,
    ImageRecorded,
    InputDropped,
    InputQueued,
    InputRefused,
    InterceptionEnded,
    ItemCompleted,
    ItemStarted,
    JournalFailed,
    JournalFlushed,
    LateResultDropped,
    MailReceived,
    MailRecorded,
    MessageRecorded,
    ModelRequestFailed,
    ModelRequestStarted,
    ModelResponseCompleted,
    NetworkAccessRefused,
    NetworkAccessRequested,
    NetworkCallFinished,
    NetworkCallRegistered,
    NetworkDecisionMade,
    NetworkOutcomeRecorded,
    PlanUpdated,
    RealtimeItemRecorded,
    ReasoningRecorded,
    RequestAnswered,
    RetainedContextRecorded,
    ReviewEnded,
    ReviewModeEntered,
    ReviewModeExited,
    ReviewStarted,
    RiskScoreRecorded,
    SandboxDenied,
    ScopesCancelled,
    SessionConfigured,
    SessionForked,
    SessionMetaRecorded,
    SessionRenamed,
    SessionResumed,
    SettingsApplied,
    ShutdownBegan,
    ShutdownCompleted,
    StartupCancelled,
    StatusChanged,
    SteerRefused,
    SteerRequested,
    StreamErrorRaised,
    SubAgentActivity,
    SubAgentEnded,
    SubAgentStarted,
    SubscriberLagged,
    TokenUsageRecorded,
    TokenUsageReported,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    ToolDecisionRecorded,
    TurnAborted,
    TurnCleared,
    TurnCompleted,
    TurnContextRecorded,
    TurnRequested,
    TurnReserved,
    TurnStarted,
    TurnSteered,
    UndoCompleted,
    UnknownRecorded,
    UserInputRecorded,
    WaitersDropped,
    WarningRaised,
    WebSearchRecorded,
    WorldStateRecorded,
)

Kinds: TypeAlias = tuple[type[Event], ...]
Row: TypeAlias = Mapping[type[Event], Phase]

INVISIBLE: Final[frozenset[type[Event]]] = frozenset({UnknownRecorded, ForeignStateRecorded})
"""Event types that no machine sees: what is not understood can't be illegal."""

_HOOKS: Final[Kinds] = (HookStarted, HookCompleted, HookClosed, HookDecided)

_ANY_TIME: Final[Kinds] = (
    # of the session
    SessionMetaRecorded,  # again: a rewrite of the identity, or a copy of a parent's
    SessionRenamed,
    SettingsApplied,
    StatusChanged,
    SubscriberLagged,
    JournalFlushed,
    JournalFailed,
    GoalUpdated,
    # asked, answered, refused: no change
    RequestAnswered,
    TurnRequested,
    AbortRequested,
    SteerRequested,
    SteerRefused,
    InputRefused,
    # input that outlives a turn
    InputQueued,
    InputDropped,
    MailReceived,
    MailRecorded,
    # what outlives the turn that began it
    ExecEnded,
    ItemCompleted,
    EffectAbandoned,
    LateResultDropped,
    SubAgentActivity,
    SubAgentStarted,
    SubAgentEnded,
    NetworkCallFinished,
    NetworkAccessRequested,
    NetworkDecisionMade,
    NetworkOutcomeRecorded,
    NetworkAccessRefused,
    # hooks at the scope of a session
    *_HOOKS,
    # what is noted for the model, and about it, between turns
    MessageRecorded,
    WorldStateRecorded,
    RetainedContextRecorded,
    RiskScoreRecorded,
    RealtimeItemRecorded,
    TokenUsageReported,
    TokenUsageRecorded,
    # notices
    ErrorRaised,
    WarningRaised,
    BackgroundNoted,
)
"""Legal whenever the session is open."""

_BEGINNINGS: Final[Kinds] = (
    ModelRequestStarted,
    ToolCallRequested,
    ToolDecisionRecorded,
    NetworkCallRegistered,
    ExecBegan,
    SandboxDenied,
    ExecIntercepted,
    ApprovalRequested,
    ApprovalResolved,
    ReviewStarted,
    TurnSteered,
    UserInputRecorded,
    InputDropped,  # blocked by a hook; what an abort leaves unused is dropped after the terminal
    TurnContextRecorded,
    ReasoningRecorded,
    AgentReasoningEmitted,
    WebSearchRecorded,
    ImageRecorded,
    ItemStarted,
    PlanUpdated,
    DiffUpdated,
    HistoryCompacted,
    CompactionNoted,
    CompactionItemRecorded,
    ReviewModeEntered,
    StreamErrorRaised,
    UndoCompleted,
)
"""Work and input of a turn that an abort cuts off: nothing of it happens once the turn is aborting."""

_ENDINGS: Final[Kinds] = (
    ModelResponseCompleted,
    ModelRequestFailed,
    ToolCallOutput,  # of a tool that already had its result
    ToolCallClosed,
    *TOOL_NOTICES,
    InterceptionEnded,
    ReviewEnded,
    HookCompleted,
    HookClosed,
    HookDecided,
    ReviewModeExited,
    MessageRecorded,  # clean-up of a review says in the history that it was interrupted
    AgentMessageEmitted,
    GhostSnapshotRecorded,
)
"""How work that had begun comes to its end: legal while the turn runs and while it winds up."""

_DROPS: Final[Kinds] = (WaitersDropped, ApprovalDropped)
"""What waited is dropped only when no turn is open, that is after the terminal event."""

_JOURNAL: Final[Kinds] = (JournalFlushed, JournalFailed)

_OUTSIDE: Final[Kinds] = (*_JOURNAL, MessageRecorded, *_HOOKS)
"""Seen by a turn because they mean something there, but legal without one."""


def _stay(phase: Phase, *groups: Iterable[type[Event]]) -> Row:
    return {kind: phase for group in groups for kind in group}


_SESSION: Final[Mapping[Phase, Row]] = {
    S.NEW: {SessionMetaRecorded: S.IDLE},
    S.IDLE: {
        TurnReserved: S.RESERVED,
        TurnStarted: S.IN_TURN,
        ShutdownBegan: S.CLOSING,
        **_stay(
            S.IDLE, (SessionConfigured, SessionResumed, SessionForked, HistoryRolledBack, StartupCancelled)
        ),
        **_stay(S.IDLE, _DROPS, _ANY_TIME),
    },
    S.RESERVED: {
        TurnStarted: S.IN_TURN,
        TurnCleared: S.IDLE,
        ShutdownBegan: S.CLOSING,
        **_stay(S.RESERVED, _ANY_TIME),
    },
    S.IN_TURN: {
        TurnCompleted: S.IDLE,
        TurnAborted: S.IDLE,
        ShutdownBegan: S.CLOSING_IN_TURN,
        **_stay(S.IN_TURN, _ANY_TIME),
    },
    # Apart from CLOSING, so that a log in which shutdowns can't be seen is still blamed for two turns at once.
    S.CLOSING_IN_TURN: {
        TurnCompleted: S.CLOSING,
        TurnAborted: S.CLOSING,
        **_stay(S.CLOSING_IN_TURN, _ANY_TIME),
    },
    S.CLOSING: {ShutdownCompleted: S.CLOSED, **_stay(S.CLOSING, (TurnCleared,), _DROPS, _ANY_TIME)},
    S.CLOSED: {SessionResumed: S.IDLE},
}

_TURN: Final[Mapping[Phase, Row]] = {
    T.NONE: {
        TurnReserved: T.RESERVED,
        TurnStarted: T.RUNNING,
        **_stay(T.NONE, _DROPS, (InputDropped,), _OUTSIDE),
    },
    # Interrupted before it has a task, a turn leaves no terminal event: no client knows of it.
    T.RESERVED: {
        TurnStarted: T.RUNNING,
        TurnCleared: T.ENDED,
        **_stay(T.RESERVED, (InputDropped,), _OUTSIDE),
    },
    T.RUNNING: {
        TurnCompleted: T.ENDED,
        AbortBegan: T.ABORTING,
        **_stay(T.RUNNING, _BEGINNINGS, _ENDINGS, _OUTSIDE),
    },
    T.ABORTING: {ScopesCancelled: T.CANCELLED, **_stay(T.ABORTING, _ENDINGS, _JOURNAL)},
    T.CANCELLED: {AbortUnwound: T.UNWOUND, **_stay(T.CANCELLED, _ENDINGS, _JOURNAL)},
    # Only an interruption has a marker, and it can be switched off.
    T.UNWOUND: {
        AbortMarkerRecorded: T.MARKED,
        JournalFlushed: T.FLUSHED,
        JournalFailed: T.UNWOUND,
        TurnAborted: T.ENDED,
        # Hooks on the interrupt itself, of a session whose interruptions leave no marker to be flushed.
        **_stay(T.UNWOUND, _HOOKS),
    },
    # A disk that fails must not keep a turn from ending.
    T.MARKED: {JournalFlushed: T.FLUSHED, JournalFailed: T.FLUSHED},
    # Newer versions run their Interrupt hooks between the flush and the terminal event.
    T.FLUSHED: {TurnAborted: T.ENDED, **_stay(T.FLUSHED, _HOOKS, _JOURNAL)},
    T.ENDED: {},
}

_APPROVAL: Final[Mapping[Phase, Row]] = {
    A.NONE: {ApprovalRequested: A.OPEN},
    A.OPEN: {ApprovalResolved: A.RESOLVED, ApprovalDropped: A.DROPPED},
    A.RESOLVED: {},
    A.DROPPED: {},
}

_HOOK_RUN: Final[Mapping[Phase, Row]] = {
    H.NONE: {HookStarted: H.RUNNING},
    H.RUNNING: {HookCompleted: H.COMPLETED, HookClosed: H.CLOSED},
    H.COMPLETED: {},
    H.CLOSED: {},
}

_NETWORK: Final[Mapping[Phase, Row]] = {
    # Refused without a question: the policy never asks, or there is no turn to ask in.
    N.NONE: {
        NetworkAccessRequested: N.ASKING,
        **_stay(N.NONE, (NetworkAccessRefused, NetworkOutcomeRecorded)),
    },
    N.ASKING: {
        NetworkDecisionMade: N.DECIDED,
        **_stay(N.ASKING, (NetworkAccessRequested, NetworkOutcomeRecorded)),
    },
    N.DECIDED: {},
    N.ALLOWED_ONCE: {},
    N.DENIED_ONCE: {},
    N.SESSION_APPROVED: {},
    N.SESSION_DENIED: _stay(N.SESSION_DENIED, (NetworkAccessRefused, NetworkOutcomeRecorded)),
}

_CALL: Final[Mapping[Phase, Row]] = {phase: dict(row) for phase, row in call_rows().items()}

EVENT_TRIGGERED: Final[Mapping[Machine, Mapping[Phase, Row]]] = MappingProxyType(
    {
        Machine.SESSION: _SESSION,
        Machine.TURN: _TURN,
        Machine.CALL: _CALL,
        Machine.APPROVAL: _APPROVAL,
        Machine.HOOK_RUN: _HOOK_RUN,
        Machine.NETWORK: _NETWORK,
    }
)
"""Next phase by machine, phase and event type. Every phase has a row; what is absent is illegal."""
