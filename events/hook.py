"""Events of hooks: commands of the user that are run at fixed points and may decide."""

from typing import ClassVar, Final

import attrs

from turnfold.events.base import Event, Part

RUN_STATUSES: Final = ("running", "completed", "failed", "blocked", "stopped")
"""Statuses of a hook run that we know."""


@attrs.frozen(kw_only=True, repr=False)
class HookEntry(Part):
    """One line of what a hook run has to say to a person."""

    kind: str
    """`warning`, `stop`, `feedback`, `context` or `error`."""

    text: str
    """The text."""


@attrs.frozen(kw_only=True, repr=False)
class HookRunEvent(Event):
    """What the start and the end of a hook run have in common."""

    run_id: str
    """`<label>:<display order>:<source path>:<suffix>`; the same at start and end."""

    turn_id: str | None = None
    """Turn that the run belongs to; None at the scope of a session."""

    event_name: str
    """Hook event in snake case, such as `permission_request` (app-server: `permissionRequest`)."""

    scope: str | None = None
    """`turn` or `thread`."""

    handler_type: str | None = None
    """`command`, `prompt`, `agent` or `mcp_tool`."""

    execution_mode: str | None = None
    """`sync` or `async`."""

    source_path: str | None = None
    """File that configured the handler."""

    source: str | None = None
    """Configuration layer of that file, such as `user` or `project`."""

    display_order: int | None = None
    """Place of the handler in the configured order, counted from 0."""

    status: str
    """One of `RUN_STATUSES`, or a foreign value."""

    status_message: str | None = None
    """Text that the configuration gives for the time of the run."""

    started_at_s: int | None = None
    """Start in unix seconds (app-server `startedAt`)."""

    started_at_ms: int | None = None
    """Start in unix milliseconds (own log)."""

    call_id: str | None = None
    """Own log: call that the hook was asked about; the run id does not always hold it."""


@attrs.frozen(kw_only=True, repr=False)
class HookStarted(HookRunEvent):
    """A handler that matches was started; every matching handler is, before any of them runs.

    app-server `hook/started`; own log. Never in a rollout.
    """

    kind: ClassVar[str] = "hook_started"


@attrs.frozen(kw_only=True, repr=False)
class HookCompleted(HookRunEvent):
    """A hook run ended; the ends come in configured order after all runs of the event are over.

    app-server `hook/completed`; own log. Never in a rollout.
    """

    kind: ClassVar[str] = "hook_completed"

    completed_at_s: int | None = None
    """End in unix seconds (app-server `completedAt`)."""

    completed_at_ms: int | None = None
    """End in unix milliseconds (own log)."""

    duration_ms: int | None = None
    """Duration in milliseconds."""

    entries: tuple[HookEntry, ...] = ()
    """What the run has to say, in order; a failed run has exactly one of kind `error`."""


@attrs.frozen(kw_only=True, repr=False)
class HookClosed(Event):
    """A hook run was closed from outside, because the turn that it belonged to was aborted.

    own log; in Codex such a run is left without an end.
    """

    kind: ClassVar[str] = "hook_closed"

    run_id: str
    """Id of the run."""

    turn_id: str | None = None
    """Turn that was aborted."""

    reason: str | None = None
    """Why it was closed: a reason of an abort, or `abandoned`."""


@attrs.frozen(kw_only=True, repr=False)
class HookDecided(Event):
    """The runs of one hook event were folded into one result: the first deny, else any allow, else nothing.

    own log.
    """

    kind: ClassVar[str] = "hook_decided"

    event_name: str
    """Hook event, such as `permission_request`."""

    decision: str | None = None
    """`allow`, `deny`, `stop`, `block`, or None when no run decided."""

    message: str | None = None
    """Message of the run that decided."""

    interrupt: bool = False
    """Whether the deciding run wants the turn interrupted."""

    run_id: str | None = None
    """Run that decided; None when none did."""

    turn_id: str | None = None
    """Turn that it was decided for."""

    call_id: str | None = None
    """Call that it was decided for."""

    approval_id: str | None = None
    """Question that was decided, where it is not that of a whole call (intercepted command, network host)."""

    ignored_interrupt: bool = False
    """Whether a later deny wanted an interruption that the fold does not grant."""
