"""Effects: what a new state asks the engine to do, as data. Each ends in a command."""

from typing import TypeAlias

import attrs

from turnfold.events import ApprovalResolved


@attrs.frozen
class StartTask:
    """Start the task of the reserved turn. Ends in `BeginTurn`."""

    turn_id: str
    task_kind: str
    trigger: str | None


@attrs.frozen
class CancelScopes:
    """Cancel every scope of the turn and its background work, all before anything is waited for. `ScopesGone`."""

    turn_id: str


@attrs.frozen
class AwaitUnwind:
    """Wait until the turn's effects have ended, at most for the grace. `Unwound`."""

    turn_id: str
    grace_ms: int


@attrs.frozen
class FlushJournal:
    """Make the log durable up to the marker. `FlushEnded`."""

    turn_id: str


@attrs.frozen
class ConcludeAbort:
    """Run what comes last in an abort (Interrupt hooks, of an interruption only). `Conclude`."""

    turn_id: str
    reason: str
    started_at_s: int | None


@attrs.frozen
class ReleaseWaiter:
    """Wake whoever waits for this answer."""

    answer: ApprovalResolved


@attrs.frozen
class DropWaiter:
    """Forget whoever waits for this question; it gets no answer."""

    approval_id: str


@attrs.frozen
class CancelStartup:
    """Cancel the work of starting up."""


@attrs.frozen
class CloseSession:
    """Close what outlives turns: processes, proxies, hooks of the session's end. `Close`."""


@attrs.frozen
class Stop:
    """The session is over: stop taking commands and close the journal."""


Effect: TypeAlias = (
    StartTask
    | CancelScopes
    | AwaitUnwind
    | FlushJournal
    | ConcludeAbort
    | ReleaseWaiter
    | DropWaiter
    | CancelStartup
    | CloseSession
    | Stop
)
