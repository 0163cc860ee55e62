"""Which records of a fork were copied from its parent.

A fork begins with its own `session_meta`; then its parent's rows follow, the parent's `session_meta` among them, all
stamped anew in one burst. Nothing marks where they end (paginated files apart), but turn ids are UUIDs of version 7
and starts carry `started_at`: a turn that began before the fork was made is a copied one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from turnfold.replay.session import SessionView

CLOCK_SLACK_S = 1.0
"""`started_at` is cut to whole seconds, so a turn may seem that much older than it is."""


def uuid7_time_s(turn_id: str) -> float | None:
    """The unix time in a UUID of version 7, in seconds; None for other ids."""
    if not re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", turn_id):
        return None
    return int(turn_id[:8] + turn_id[9:13], 16) / 1000


def time_s(text: str | None) -> float | None:
    """An ISO time as unix seconds; None when it is no time."""
    try:
        stamp = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).timestamp()


def begins_copy(session: SessionView, meta: Any) -> bool:
    """Whether copied rows follow a `session_meta`: the identity of a fork, or its parent's at their head."""
    if session.identity is None:
        return meta.forked_from_id is not None
    return (
        meta.session_id != session.identity.session_id and not session.started and not session.copy_ended_at
    )


def ends_copy(session: SessionView, start: Any) -> bool:
    """Whether a turn start is the fork's own, so that the copied rows have ended before it."""
    return session.identity is None or is_own(session.identity, start)


def is_own(identity: Any, start: Any) -> bool:
    """Whether a turn began in the session of *identity*, and not in one that it was forked from.

    A start that cannot be dated is taken for an own one: what is copied may then be judged like the rest.
    """
    own = uuid7_time_s(identity.session_id)
    turn = uuid7_time_s(start.turn_id or "")
    if own is not None and turn is not None:
        return turn >= own
    created = time_s(identity.created_at_text)
    if created is None or start.started_at_s is None:
        return True
    return bool(start.started_at_s + CLOCK_SLACK_S >= created)
