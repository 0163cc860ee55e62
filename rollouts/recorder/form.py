"""What a form is: an event as Codex would have written it, and which keys of a payload stand for which field."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from turnfold.events import (
    CompactionItemRecorded,
    Event,
    ImageRecorded,
    MessageRecorded,
    ReasoningRecorded,
    ReviewModeEntered,
    SessionMetaRecorded,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
    UserInputRecorded,
    WebSearchRecorded,
)

Fields = dict[str, Any]


@attrs.define
class Form:
    """One event as Codex would have written it."""

    record_type: str
    payload: Fields
    seen: Fields = attrs.field(factory=dict[str, Any])
    """What a reader takes for some fields of the event, where it is not simply their value."""
    added: list[str] = attrs.field(factory=list[str])
    """Keys of the payload that Codex asks for and the event does not have."""

    def add(self, key: str, value: object) -> None:
        """Give Codex a key that the event's `extra` does not have."""
        if key not in self.payload:
            self.payload[key] = value
            self.added.append(key)

    def stand_in(self, event: Event, field: str, value: object, key: str | None = None) -> None:
        """Give Codex a value for a field that the event leaves open."""
        if getattr(event, field) is None:
            self.payload[key or field] = value
            self.seen[field] = value


RENAMED: Final[Mapping[type[Event], Mapping[str, str]]] = MappingProxyType(
    {
        SessionMetaRecorded: {
            "session_id": "id",
            "tree_session_id": "session_id",
            "forked_from_ordinal": "forked_from_ordinal_exclusive",
            "created_at_text": "timestamp",
            "history_start_ordinal": "subagent_history_start_ordinal",
        },
        TurnStarted: {"started_at_s": "started_at"},
        TurnCompleted: {"started_at_s": "started_at", "completed_at_s": "completed_at"},
        TurnAborted: {"started_at_s": "started_at", "completed_at_s": "completed_at"},
        UserInputRecorded: {"input_kind": "kind"},
        ReviewModeEntered: {"hint": "user_facing_hint"},
    }
)
"""Fields that Codex has under another name."""

_RESERVED: Final[Mapping[type[Event], tuple[str, ...]]] = MappingProxyType(
    {
        SessionMetaRecorded: ("agent_type",),
        ToolCallRequested: ("id", "input", "action"),
        ToolCallOutput: ("id", "tools"),
        MessageRecorded: ("id",),
        ReasoningRecorded: ("id",),
        WebSearchRecorded: ("id",),
        ImageRecorded: ("id",),
        CompactionItemRecorded: ("id",),
    }
)
"""Further keys that a reader takes for a field."""


_reserved_keys: dict[type[Event], frozenset[str]] = {}


def reserved_keys(kind: type[Event]) -> frozenset[str]:
    keys = _reserved_keys.get(kind)
    if keys is None:
        names = {name for name in attrs.fields_dict(kind) if name != "extra"}
        keys = frozenset({"type", *names, *RENAMED.get(kind, {}).values(), *_RESERVED.get(kind, ())})
        _reserved_keys[kind] = keys
    return keys


def plain_fields(event: Event, *left_out: str) -> Fields:
    """The event's fields under Codex's names, and what it keeps in `extra`."""
    names = RENAMED.get(type(event), {})
    fields = {
        names.get(field.name, field.name): getattr(event, field.name)
        for field in attrs.fields(type(event))
        if field.name != "extra" and field.name not in left_out
    }
    return {key: value for key, value in fields.items() if value is not None} | dict(event.extra)
