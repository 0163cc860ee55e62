"""One rollout line: the envelope with its typed payload, as a tagged union for a single decode."""

from __future__ import annotations

from typing import Any, Union

import msgspec

from turnfold.rollouts.wire.base import Payload
from turnfold.rollouts.wire.items import ITEMS
from turnfold.rollouts.wire.session import (
    Compacted,
    Mail,
    RealtimeItem,
    RetainedContext,
    RiskScore,
    SessionMeta,
    TurnContext,
    Untagged,
    UsageRecord,
    WorldState,
)
from turnfold.rollouts.wire.turns import TURNS
from turnfold.rollouts.wire.work import WORK


class OwnRecord(msgspec.Struct, gc=False, kw_only=True):
    """The payload of a record of our own type: an event that Codex has no record for.

    `body` is handed to the event codec, which knows the fields of `kind` at `version`.
    """

    kind: str
    version: int = 1
    body: msgspec.Raw = msgspec.Raw(b"{}")


def union_of(payloads: tuple[type[Payload], ...]) -> Any:
    """The tagged union of some payload structs, as msgspec wants it."""
    return Union[payloads]  # noqa: UP007  a union made from data


PAYLOADS: dict[str, Any] = {
    "event_msg": union_of(TURNS + WORK),
    "response_item": union_of(ITEMS),
    "session_meta": SessionMeta,
    "turn_context": TurnContext,
    "compacted": Compacted,
    "world_state": WorldState,
    "token_usage_record": UsageRecord,
    "inter_agent_communication": Mail,
    "inter_agent_communication_metadata": Mail,
    "retained_context": RetainedContext,
    "security_risk_score": RiskScore,
    "realtime_item": RealtimeItem,
    "turnfold": OwnRecord,
}
"""The payload type of every record type that this version reads."""

TAGS: dict[str, frozenset[str]] = {
    "event_msg": frozenset(str(p.__struct_config__.tag) for p in TURNS + WORK),
    "response_item": frozenset(str(p.__struct_config__.tag) for p in ITEMS),
}
"""The payload tags read for the record types that have tags."""


def line_struct(record_type: str, payload: Any) -> type[msgspec.Struct]:
    """`{"timestamp", "ordinal"?, "seq"?, "type", "payload"}` of one record type.

    `seq`, `derived`, `cause` and `origin` occur in our own log only.
    """
    fields = [("timestamp", str | None, None), ("ordinal", int | None, None), ("seq", int | None, None)]
    own = [("derived", Any, None), ("cause", Any, None), ("origin", Any, None)]
    return msgspec.defstruct(
        f"{record_type}_line",
        [*fields, *own, ("payload", payload)],
        tag_field="type",
        tag=record_type,
        gc=False,
        kw_only=True,
    )


LINES: dict[str, type[msgspec.Struct]] = {
    name: line_struct(name, payload) for name, payload in PAYLOADS.items()
}

ENVELOPE: Any = Union[tuple(LINES.values())]  # noqa: UP007  a union made from data
BARE: Any = union_of(ITEMS)

UNTAGGED: tuple[type[Untagged], ...] = (
    SessionMeta, TurnContext, Compacted, WorldState, UsageRecord, Mail, RetainedContext, RiskScore, RealtimeItem,
)  # fmt: skip
STRUCTS: tuple[type[Payload | Untagged], ...] = (*TURNS, *WORK, *ITEMS, *UNTAGGED)
"""Every payload struct, for the tests and for whoever needs the list."""
