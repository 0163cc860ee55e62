"""The machines of a session and the phases that each of them can be in."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeAlias


class _Tag(Enum):
    """An enumeration that hashes by identity.

    Members are singletons, so this is sound; `Enum` hashes the name in Python code, and tables keyed by
    machine and phase are read several times for every event.
    """

    __hash__ = object.__hash__


class Machine(_Tag):
    """What moves when an event happens. All but the first have one instance for each key."""

    SESSION = "session"
    """The session's single slot for a turn."""

    TURN = "turn"
    """One turn, by turn id."""

    CALL = "call"
    """One tool call, by call id."""

    APPROVAL = "approval"
    """One question to a reviewer or the user, by approval id."""

    HOOK_RUN = "hook_run"
    """One run of a hook handler, by run id."""

    NETWORK = "network"
    """One network target, by `<protocol>://<host>:<port>`."""


class SessionPhase(_Tag):
    """Where the session is."""

    NEW = "new"
    """Nothing is known, not even who it is."""

    IDLE = "idle"
    """No turn: the only phase in which history can be rolled back."""

    RESERVED = "reserved"
    """The slot is taken for a turn that has no task yet."""

    IN_TURN = "in_turn"
    """A turn runs or is being aborted."""

    CLOSING_IN_TURN = "closing_in_turn"
    """No turn will start any more, and the last one is on its way home."""

    CLOSING = "closing"
    """No turn will start any more, and none runs; one that was only reserved is still to be cleared."""

    CLOSED = "closed"
    """Nothing follows, unless a later process resumes the session."""


class TurnPhase(_Tag):
    """Where one turn is. From ABORTING on it can only end as aborted."""

    NONE = "none"
    """Not open: not begun, or over and forgotten."""

    RESERVED = "reserved"
    """Holds the slot without a task; no client has seen it."""

    RUNNING = "running"
    """At work."""

    ABORTING = "aborting"
    """Marked and its tasks taken out, in one step; nothing new may begin."""

    CANCELLED = "cancelled"
    """Every scope is cancelled; what was running winds up within its grace."""

    UNWOUND = "unwound"
    """Every task has ended or was abandoned; no call and no hook run is open."""

    MARKED = "marked"
    """The marker is in the history and waits to be durable."""

    FLUSHED = "flushed"
    """The log is durable up to the marker: clients may now be told."""

    ENDED = "ended"
    """Its one terminal event was seen."""


class CallPhase(_Tag):
    """Where one tool call is. A second lap of phases serves the one retry after a sandbox denial."""

    NONE = "none"
    """Not open: not requested, or over and forgotten."""

    REQUESTED = "requested"
    """The model asked for it; it may be asked about, and may be answered at once."""

    HOOKS = "hooks"
    """Hooks are running that may decide about it."""

    REVIEW = "review"
    """The automated reviewer judges it."""

    WAITING = "waiting"
    """A question about it is open."""

    DECIDED = "decided"
    """The one decision about this attempt is recorded."""

    RUNNING = "running"
    """Its command runs."""

    RAN = "ran"
    """Its command ended, and no output is recorded yet."""

    SANDBOX_DENIED = "sandbox_denied"
    """The sandbox stopped the first attempt; the retry may be asked about."""

    RETRY_HOOKS = "retry_hooks"
    """As HOOKS, for the retry."""

    RETRY_REVIEW = "retry_review"
    """As REVIEW, for the retry."""

    RETRY_WAITING = "retry_waiting"
    """As WAITING, for the retry."""

    RETRY_DECIDED = "retry_decided"
    """As DECIDED, for the retry."""

    RETRYING = "retrying"
    """Its command runs for the second and last time."""

    RETRIED = "retried"
    """Its retry ended, and no output is recorded yet."""

    DONE = "done"
    """Its output is recorded, or it was closed without one."""


class ApprovalPhase(_Tag):
    """Where one question is."""

    NONE = "none"
    """Not open: not asked, or over and forgotten."""

    OPEN = "open"
    """Asked and waited for."""

    RESOLVED = "resolved"
    """Answered."""

    DROPPED = "dropped"
    """Will not be answered: what had asked is gone."""


class HookRunPhase(_Tag):
    """Where one run of a hook handler is."""

    NONE = "none"
    """Not open: not started, or over and forgotten. Ids of runs without a suffix come again."""

    RUNNING = "running"
    """Started."""

    COMPLETED = "completed"
    """Ended by itself, well or not."""

    CLOSED = "closed"
    """Closed from outside, because its turn was aborted."""


class NetworkPhase(_Tag):
    """What is known about one network target."""

    NONE = "none"
    """Nothing: the next connection is asked about."""

    ASKING = "asking"
    """One question is open, and all connections to the target share it."""

    DECIDED = "decided"
    """Passed through at once: what was decided says where to."""

    ALLOWED_ONCE = "allowed_once"
    """Allowed for those that waited; forgotten."""

    DENIED_ONCE = "denied_once"
    """Denied to those that waited; forgotten."""

    SESSION_APPROVED = "session_approved"
    """Allowed until the session ends."""

    SESSION_DENIED = "session_denied"
    """Denied until the session ends."""


Phase: TypeAlias = SessionPhase | TurnPhase | CallPhase | ApprovalPhase | HookRunPhase | NetworkPhase

PHASES: Final[Mapping[Machine, tuple[Phase, ...]]] = MappingProxyType(
    {
        Machine.SESSION: tuple(SessionPhase),
        Machine.TURN: tuple(TurnPhase),
        Machine.CALL: tuple(CallPhase),
        Machine.APPROVAL: tuple(ApprovalPhase),
        Machine.HOOK_RUN: tuple(HookRunPhase),
        Machine.NETWORK: tuple(NetworkPhase),
    }
)
"""All phases of each machine, in the order of its life."""

FIRST: Final[Mapping[Machine, Phase]] = MappingProxyType(
    {
        Machine.SESSION: SessionPhase.NEW,
        Machine.TURN: TurnPhase.NONE,
        Machine.CALL: CallPhase.NONE,
        Machine.APPROVAL: ApprovalPhase.NONE,
        Machine.HOOK_RUN: HookRunPhase.NONE,
        Machine.NETWORK: NetworkPhase.NONE,
    }
)
"""Phase of an instance that nobody has heard of."""

ENDS: Final[frozenset[Phase]] = frozenset(
    {
        TurnPhase.ENDED,
        CallPhase.DONE,
        ApprovalPhase.RESOLVED,
        ApprovalPhase.DROPPED,
        HookRunPhase.COMPLETED,
        HookRunPhase.CLOSED,
        NetworkPhase.ALLOWED_ONCE,
        NetworkPhase.DENIED_ONCE,
    }
)
"""Phases in which an instance is forgotten: the next event with its key finds the first phase again."""
