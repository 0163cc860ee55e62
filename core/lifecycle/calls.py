"""The rows of a tool call: one lap for the first attempt, the same lap again for the one retry."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from turnfold.core.lifecycle.phases import CallPhase as C
from turnfold.events import (
    ApprovalRequested,
    ApprovalResolved,
    CollabEnded,
    DynamicToolAnswered,
    DynamicToolRequested,
    Event,
    ExecBegan,
    ExecEnded,
    ExecIntercepted,
    HookCompleted,
    HookDecided,
    HookStarted,
    ImageGenerated,
    ImageViewed,
    InterceptionEnded,
    McpCallEnded,
    NetworkCallFinished,
    NetworkCallRegistered,
    PatchApplied,
    ReviewEnded,
    ReviewStarted,
    SandboxDenied,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    ToolDecisionRecorded,
    WebSearchEnded,
)

Row: TypeAlias = Mapping[type[Event], C]

TOOL_NOTICES: Final[tuple[type[Event], ...]] = (
    PatchApplied,
    McpCallEnded,
    WebSearchEnded,
    ImageGenerated,
    ImageViewed,
    DynamicToolRequested,
    DynamicToolAnswered,
    CollabEnded,
)
"""What tools without a command of their own say of their work.

Legal without a requested call too: searches run at the provider, and a script of the model calls tools that
have no call record.
"""

_HOOKS: Final = (HookStarted, HookCompleted, HookDecided)
_CLOSED: Final[Row] = {ToolCallOutput: C.DONE, ToolCallClosed: C.DONE}


def _stay(phase: C, kinds: Iterable[type[Event]]) -> Row:
    return dict.fromkeys(kinds, phase)


def _lap(phases: tuple[C, C, C, C, C, C, C]) -> dict[C, Row]:
    """Return the rows of one attempt: its start, hooks, reviewer, user, the decision, the command, its end.

    A call that is cut short while somebody decides about it has no output, so there it can only be closed.
    """
    start, hooks, review, waiting, decided, running, ran = phases
    return {
        start: {
            HookStarted: hooks,
            ReviewStarted: review,
            ApprovalRequested: waiting,
            ToolDecisionRecorded: decided,
            **_stay(start, (NetworkCallRegistered, NetworkCallFinished, *TOOL_NOTICES)),
            **_CLOSED,
        },
        # A handler's end decides nothing yet: only the fold of all of them does.
        hooks: {**_stay(hooks, (HookStarted, HookCompleted)), HookDecided: start, ToolCallClosed: C.DONE},
        review: {ReviewEnded: start, ToolCallClosed: C.DONE},
        waiting: {ApprovalResolved: start, ToolCallClosed: C.DONE},
        decided: {
            ExecBegan: running,
            # A tool server asks its own questions while it works, after the call itself was decided.
            **_stay(decided, (ApprovalRequested, ApprovalResolved)),
            **_stay(decided, (NetworkCallRegistered, NetworkCallFinished, *_HOOKS, *TOOL_NOTICES)),
            **_CLOSED,
        },
        running: {
            ExecEnded: ran,
            # Commands intercepted inside the shell and blocked hosts are decided about while it runs.
            **_stay(running, (ExecIntercepted, InterceptionEnded, ApprovalRequested, ApprovalResolved)),
            **_stay(running, (ReviewStarted, ReviewEnded, NetworkCallFinished, *_HOOKS, *TOOL_NOTICES)),
            # A process that stays in the background answers its call long before it ends.
            **_CLOSED,
        },
        ran: {**_stay(ran, (NetworkCallFinished, *_HOOKS, *TOOL_NOTICES)), **_CLOSED},
    }


def call_rows() -> Mapping[C, Row]:
    """Return the table of Machine.CALL."""
    first = _lap((C.REQUESTED, C.HOOKS, C.REVIEW, C.WAITING, C.DECIDED, C.RUNNING, C.RAN))
    retry = _lap(
        (
            C.SANDBOX_DENIED,
            C.RETRY_HOOKS,
            C.RETRY_REVIEW,
            C.RETRY_WAITING,
            C.RETRY_DECIDED,
            C.RETRYING,
            C.RETRIED,
        )
    )
    none: Row = {
        ToolCallRequested: C.REQUESTED,
        # A background process ends, and its network access is settled, after its call was answered.
        **_stay(C.NONE, (ExecEnded, NetworkCallFinished, *TOOL_NOTICES)),
    }
    return {
        C.NONE: none,
        **first,
        # The only way into the second lap, and there is none out of it: at most one retry.
        C.RAN: {**first[C.RAN], SandboxDenied: C.SANDBOX_DENIED},
        **retry,
        C.DONE: {},
    }
