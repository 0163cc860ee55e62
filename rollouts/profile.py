"""Who wrote a file, and which events such a file can show."""

from __future__ import annotations

import re

import attrs

from turnfold.events import (
    EVENTS,
    ApprovalRequested,
    Event,
    ExecBegan,
    HookCompleted,
    HookStarted,
    ItemStarted,
    ShutdownCompleted,
    StreamErrorRaised,
    TurnCompleted,
    TurnStarted,
    WarningRaised,
)
from turnfold.rollouts.dialects import Dialect
from turnfold.rollouts.dialects.app_server import APP_SERVER_VISIBLE
from turnfold.rollouts.wire import STRUCTS

EventTypes = frozenset[type[Event]]

NEWEST_KNOWN = (0, 169, 0)
"""The newest Codex whose files were studied; unknown record types of a later one are no damage."""

TURN_EVENTS_SINCE = (0, 104, 0)
"""The first Codex that persists `task_started` and `task_complete` (measured on 510 real files)."""


@attrs.frozen(kw_only=True)
class Profile:
    """The producer of a range of lines."""

    dialect: Dialect
    visible: EventTypes
    """The events that such a file can show; a rule that needs others is not applied."""
    persisted: EventTypes
    """Those of them that its producer writes whenever they happen, so that their absence means something."""
    client: str | None = None
    """The `originator` of the session, e.g. `codex_cli_rs`."""
    version: tuple[int, int, int] | None = None
    """Version of the producer, without its pre-release part; None when it does not say."""

    @property
    def shows_turns(self) -> bool:
        """Whether turn starts are recorded at all."""
        return TurnStarted in self.visible

    @property
    def is_newer_than_known(self) -> bool:
        return self.version is not None and self.version > NEWEST_KNOWN


def parse_version(text: str | None) -> tuple[int, int, int] | None:
    """`0.104.0-alpha.1` → (0, 104, 0). None for anything else."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", text or "")
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


WIRE_VISIBLE: EventTypes = frozenset(struct.event for struct in STRUCTS)
TURN_EVENTS: EventTypes = frozenset({TurnStarted, TurnCompleted})
NEVER_PERSISTED: EventTypes = frozenset(
    {
        ApprovalRequested,
        ExecBegan,
        HookCompleted,
        HookStarted,
        ItemStarted,
        ShutdownCompleted,
        StreamErrorRaised,
        WarningRaised,
    }
)
"""Events with a record that Codex's policy keeps out of its rollouts: read where somebody else wrote them."""


def profile_of(dialect: Dialect, client: str | None = None, version_text: str | None = None) -> Profile:
    """The profile of a file, from its dialect and what its `session_meta` says."""
    version = parse_version(version_text)
    match dialect:
        case Dialect.OWN:
            visible = persisted = frozenset(EVENTS)
        case Dialect.APP_SERVER:
            visible = persisted = APP_SERVER_VISIBLE
        case _:
            # A paginated file has turn events, whatever version began it: the migration writes them.
            aged = dialect is Dialect.CODEX and version is not None and version < TURN_EVENTS_SINCE
            old = aged or dialect is Dialect.BARE
            visible = WIRE_VISIBLE - TURN_EVENTS if old else WIRE_VISIBLE
            persisted = visible - NEVER_PERSISTED
    return Profile(dialect=dialect, visible=visible, persisted=persisted, client=client, version=version)


def with_turns(profile: Profile) -> Profile:
    """The profile from a turn start on in a file whose version, by its first line, records none.

    A session that an old Codex began and a newer one goes on with keeps its first `session_meta`.
    """
    return attrs.evolve(
        profile, visible=profile.visible | TURN_EVENTS, persisted=profile.persisted | TURN_EVENTS
    )
