"""Which dialect a file is written in, from its first record."""

from __future__ import annotations

from typing import Any

from turnfold.rollouts.dialects.app_server import AppServerDecoder, is_message
from turnfold.rollouts.dialects.bare import BareDecoder, is_header
from turnfold.rollouts.dialects.base import Dialect, LineDecoder
from turnfold.rollouts.dialects.envelope import EnvelopeDecoder
from turnfold.rollouts.wire import PAYLOADS


def detect(raw: dict[str, Any]) -> Dialect | None:
    """The dialect that a first record speaks, or None for a record of no dialect we know.

    *raw* is the decoded line.
    """
    if isinstance(raw.get("payload"), dict) and isinstance(raw.get("type"), str):
        if isinstance(raw.get("seq"), int) or raw["type"] == "turnfold":
            return Dialect.OWN
        if raw["type"] in PAYLOADS or "timestamp" in raw:
            is_paginated = (
                isinstance(raw.get("ordinal"), int) or raw["payload"].get("history_mode") == "paginated"
            )
            return Dialect.PAGINATED if is_paginated else Dialect.CODEX
    if is_message(raw):
        return Dialect.APP_SERVER
    if is_header(raw) or "record_type" in raw or isinstance(raw.get("type"), str):
        return Dialect.BARE
    return None


def decoder_for(dialect: Dialect) -> LineDecoder:
    """A fresh decoder of that dialect."""
    match dialect:
        case Dialect.BARE:
            return BareDecoder()
        case Dialect.APP_SERVER:
            return AppServerDecoder()
        case _:
            return EnvelopeDecoder()
