"""Events of a turn: its start, its one terminal, and the phases of an abort between them."""

from typing import ClassVar, Final

import attrs

from turnfold.events.base import Event

INTERRUPTED: Final = "interrupted"
REPLACED: Final = "replaced"
REVIEW_ENDED: Final = "review_ended"
BUDGET_LIMITED: Final = "budget_limited"

ABORT_REASONS: Final = (INTERRUPTED, REPLACED, REVIEW_ENDED, BUDGET_LIMITED)
"""Reasons of an abort that we know (`TurnAbortReason`); a foreign log may hold others."""


@attrs.frozen(kw_only=True, repr=False)
class TurnReserved(Event):
    """The session's slot was taken for a turn that has no task yet; no client sees it.

    own log.
    """

    kind: ClassVar[str] = "turn_reserved"

    turn_id: str
    """Turn that will start, unless it is cleared first."""

    task_kind: str | None = None
    """`regular`, `review` or `compact`."""

    trigger: str | None = None
    """What takes it: `input`, `mail`, `queued`, `command`."""


@attrs.frozen(kw_only=True, repr=False)
class TurnStarted(Event):
    """A turn began.

    rollout `event_msg` `task_started` (alias `turn_started`); app-server `turn/started`.
    """

    kind: ClassVar[str] = "turn_started"

    turn_id: str
    """The turn's id; empty in old files whose turns had none."""

    started_at_s: int | None = None
    """Start in unix seconds (`started_at`)."""

    model_context_window: int | None = None
    """Size of the model's context window in tokens."""

    collaboration_mode_kind: str | None = None
    """`default`, `plan`, or another mode of collaboration."""

    trace_id: str | None = None
    """Id of the distributed trace that the turn belongs to."""

    root_turn_id: str | None = None
    """Turn at the root of a tree of agents; the turn itself in a root session."""

    task_kind: str | None = None
    """Own log: `regular`, `review` or `compact`; the last two cannot be steered."""

    trigger: str | None = None
    """Own log: what started it: `input`, `mail`, `queued` (input kept during an abort), `command`."""


@attrs.frozen(kw_only=True, repr=False)
class TurnCompleted(Event):
    """A turn ended by itself, well or with an error.

    rollout `event_msg` `task_complete` (alias `turn_complete`); app-server `turn/completed`, not interrupted.
    """

    kind: ClassVar[str] = "turn_completed"

    turn_id: str
    """The turn's id; empty in old files whose turns had none."""

    last_agent_message: str | None = None
    """Text of the last message of the agent."""

    error: object = attrs.field(default=None, hash=False)
    """The error that ended it, as a mapping with `message`; None when it ended well."""

    started_at_s: int | None = None
    """Start in unix seconds."""

    completed_at_s: int | None = None
    """End in unix seconds."""

    duration_ms: int | None = None
    """Duration in milliseconds."""

    time_to_first_token_ms: int | None = None
    """Milliseconds from the start to the model's first token."""

    root_turn_id: str | None = None
    """Turn at the root of a tree of agents."""

    status: str | None = None
    """app-server: `completed` or `failed`; rollouts do not say."""


@attrs.frozen(kw_only=True, repr=False)
class TurnAborted(Event):
    """A turn was ended from outside. The session is idle when this is read.

    rollout `event_msg` `turn_aborted`; app-server `turn/completed` with status `interrupted`.
    """

    kind: ClassVar[str] = "turn_aborted"

    turn_id: str | None = None
    """The turn's id; None in files older than ids."""

    reason: str
    """One of `ABORT_REASONS`, or a foreign value."""

    started_at_s: int | None = None
    """Start in unix seconds."""

    completed_at_s: int | None = None
    """End in unix seconds."""

    duration_ms: int | None = None
    """Duration in milliseconds."""

    root_turn_id: str | None = None
    """Turn at the root of a tree of agents."""


@attrs.frozen(kw_only=True, repr=False)
class AbortRequested(Event):
    """A client asked to interrupt.

    app-server request `turn/interrupt`.
    """

    kind: ClassVar[str] = "abort_requested"

    turn_id: str | None = None
    """Turn that the client wants interrupted."""

    request_id: str | None = None
    """JSON-RPC id of the request, as text."""


@attrs.frozen(kw_only=True, repr=False)
class AbortBegan(Event):
    """The turn was marked as aborting and its tasks taken out, in one step; it can't be steered any more.

    own log.
    """

    kind: ClassVar[str] = "abort_began"

    turn_id: str
    """Turn that is aborted."""

    reason: str
    """One of `ABORT_REASONS`."""

    by: str | None = None
    """Who asked: `client`, `user` (by an approval), `hook`, `replacement`, `shutdown`, `budget`, `task`."""


@attrs.frozen(kw_only=True, repr=False)
class ScopesCancelled(Event):
    """All cancellation scopes of the aborting turn are cancelled; no task has been waited for yet.

    own log.
    """

    kind: ClassVar[str] = "scopes_cancelled"

    turn_id: str
    """Turn that is aborted."""

    scopes: int | None = None
    """Number of scopes that were cancelled."""


@attrs.frozen(kw_only=True, repr=False)
class AbortUnwound(Event):
    """Every task of the aborting turn has ended or was abandoned; its open calls and hook runs are closed.

    own log.
    """

    kind: ClassVar[str] = "abort_unwound"

    turn_id: str
    """Turn that is aborted."""

    abandoned: tuple[str, ...] = ()
    """Ids of the effects that did not end within their grace."""


@attrs.frozen(kw_only=True, repr=False)
class AbortMarkerRecorded(Event):
    """The `<turn_aborted>` marker was recorded in the model's history; only an interruption has one.

    own log; in a Codex rollout it is a `response_item` `message` like any other (`MessageRecorded`).
    """

    kind: ClassVar[str] = "abort_marker_recorded"

    turn_id: str
    """Turn that is aborted."""

    role: str = "user"
    """Role of the message: `user` or `developer`."""

    text: str | None = None
    """Text of the message, with its tags."""


@attrs.frozen(kw_only=True, repr=False)
class WaitersDropped(Event):
    """What still waited for the ended turn was dropped, after its terminal event and never before.

    own log.
    """

    kind: ClassVar[str] = "waiters_dropped"

    turn_id: str
    """Turn that has ended or was cleared."""

    approvals: tuple[str, ...] = ()
    """Ids of the approvals that nobody had answered."""

    inputs: tuple[str, ...] = ()
    """Ids of the steered inputs that the model had not been given."""


@attrs.frozen(kw_only=True, repr=False)
class EffectAbandoned(Event):
    """An effect did not stop within its grace and was left to itself, so that the abort can go on.

    own log.
    """

    kind: ClassVar[str] = "effect_abandoned"

    effect_id: str
    """The effect's id."""

    grace_ms: int
    """Milliseconds that it was given."""

    turn_id: str | None = None
    """Turn that it worked for."""

    call_id: str | None = None
    """Call that it worked for."""


@attrs.frozen(kw_only=True, repr=False)
class LateResultDropped(Event):
    """An abandoned effect ended after all; its result is thrown away.

    own log.
    """

    kind: ClassVar[str] = "late_result_dropped"

    effect_id: str
    """The effect's id."""

    turn_id: str | None = None
    """Turn that it worked for."""

    call_id: str | None = None
    """Call that it worked for."""


@attrs.frozen(kw_only=True, repr=False)
class TurnCleared(Event):
    """A turn without tasks was interrupted: its slot is free again and there is no terminal event.

    own log.
    """

    kind: ClassVar[str] = "turn_cleared"

    turn_id: str
    """Turn that had been reserved."""
