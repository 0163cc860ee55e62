"""Events of the settings and side records that a turn is run with."""

from typing import ClassVar

import attrs

from turnfold.events.base import Event


@attrs.frozen(kw_only=True, repr=False)
class TurnContextRecorded(Event):
    """The settings of a turn; the last one of a turn counts.

    rollout `turn_context`.
    """

    kind: ClassVar[str] = "turn_context_recorded"

    turn_id: str | None = None
    """The turn; None in older files."""

    trace_id: str | None = None
    """Id of the distributed trace that the turn belongs to."""

    root_turn_id: str | None = None
    """Turn at the root of a tree of agents."""

    cwd: str | None = None
    """Working directory."""

    model: str | None = None
    """Model in use."""

    approval_policy: object = attrs.field(default=None, hash=False)
    """`untrusted`, `on-failure`, `on-request`, `never`, or a mapping for the granular policy."""

    approvals_reviewer: str | None = None
    """Who is asked for approvals: `user` or `auto_review`."""

    sandbox_mode: str | None = None
    """Sandbox of commands, such as `read-only` (`sandbox_policy.type`, older `sandbox_policy.mode`)."""

    effort: str | None = None
    """Effort of reasoning that the model is asked for."""


@attrs.frozen(kw_only=True, repr=False)
class RetainedContextRecorded(Event):
    """Context that outlives a compaction was recorded.

    rollout `retained_context` (newest versions only).
    """

    kind: ClassVar[str] = "retained_context_recorded"

    payload: object = attrs.field(default=None, hash=False)
    """The record's payload, kept as it came."""


@attrs.frozen(kw_only=True, repr=False)
class RiskScoreRecorded(Event):
    """A score of security risk was recorded.

    rollout `security_risk_score` (newest versions only).
    """

    kind: ClassVar[str] = "risk_score_recorded"

    payload: object = attrs.field(default=None, hash=False)
    """The record's payload, kept as it came."""


@attrs.frozen(kw_only=True, repr=False)
class RealtimeItemRecorded(Event):
    """An item of a spoken conversation was recorded.

    rollout `realtime_item` (paginated files only).
    """

    kind: ClassVar[str] = "realtime_item_recorded"

    payload: object = attrs.field(default=None, hash=False)
    """The record's payload, kept as it came."""


@attrs.frozen(kw_only=True, repr=False)
class GoalUpdated(Event):
    """The goal of the session changed.

    rollout `event_msg` `thread_goal_updated`, whose fields are in camel case.
    """

    kind: ClassVar[str] = "goal_updated"

    thread_id: str | None = None
    """Session of the goal (`threadId`)."""

    turn_id: str | None = None
    """Turn that changed it; None when it was changed from outside (`turnId`)."""

    status: str | None = None
    """Such as `active`, `paused`, `complete` (`goal.status`)."""

    objective: str | None = None
    """The goal in words (`goal.objective`)."""
