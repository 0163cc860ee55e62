"""Which events a kind of file holds, so that two of different kinds can be compared."""

from __future__ import annotations

from typing import Final

from turnfold.events import (
    AgentMessageEmitted,
    AgentReasoningEmitted,
    CollabEnded,
    DynamicToolAnswered,
    DynamicToolRequested,
    Event,
    ExecEnded,
    ImageGenerated,
    ImageViewed,
    ItemCompleted,
    McpCallEnded,
    PatchApplied,
    SessionMetaRecorded,
    SettingsApplied,
    TokenUsageRecorded,
    UserInputRecorded,
    WebSearchEnded,
    WorldStateRecorded,
)
from turnfold.rollouts import Dialect, Profile
from turnfold.rollouts.wire.items import ITEMS

Events = frozenset[type[Event]]

BARE_SHOWS: Final[Events] = frozenset({SessionMetaRecorded, *(item.event for item in ITEMS)})
"""Bare files hold a header and what the model was sent and said."""

REPLACED: Final[Events] = frozenset(
    {
        AgentMessageEmitted,
        AgentReasoningEmitted,
        CollabEnded,
        DynamicToolAnswered,
        DynamicToolRequested,
        ExecEnded,
        ImageGenerated,
        ImageViewed,
        McpCallEnded,
        PatchApplied,
        UserInputRecorded,
        WebSearchEnded,
    }
)
"""Twins for clients, in whose place a paginated file (0.150 on) holds completed items."""

NEWER: Final[Events] = frozenset({ItemCompleted, SettingsApplied, TokenUsageRecorded, WorldStateRecorded})
"""What a paginated file always holds, and one with twins only in some versions or cases."""


def comparable(a: Profile, b: Profile) -> Events:
    """The events whose presence or absence means the same in both files."""
    if a.dialect is b.dialect:
        return a.visible & b.visible
    return _shown_by(a) & _shown_by(b)


def _shown_by(profile: Profile) -> Events:
    """The events that such a file holds whenever they happen."""
    match profile.dialect:
        case Dialect.BARE:
            return profile.persisted & BARE_SHOWS
        case Dialect.CODEX:
            return profile.persisted - NEWER
        case Dialect.PAGINATED:
            return profile.persisted - REPLACED
        case _:
            return profile.persisted
