"""Plugs: parts that need the session they serve, such as a proxy, or processes that outlive their turn."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

import attrs

from turnfold.core.engine.approvals import NetworkAccess, Reviews, Terms
from turnfold.core.engine.network import Spawn
from turnfold.core.engine.ports import Background, Clock, Desk, Ids, Tool
from turnfold.core.engine.turn import PermissionPort, SessionDesk
from turnfold.core.state import State


@attrs.frozen(kw_only=True)
class Interior:
    """What a plug may use of its session."""

    state: Callable[[], State]
    current: Callable[[], Desk | None]
    """The running turn's desk; None when no turn runs."""
    terms: Callable[[], Terms]
    """The terms of the running turn."""
    desk: SessionDesk
    """Records what happens outside of turns."""
    spawn: Spawn
    """Starts work of a turn, or of the session."""
    background: Background
    start_up: Callable[[str, Callable[[], Awaitable[None]]], None]
    """Starts named work of starting up beside the session; an interrupt that finds no turn cancels it (F1)."""
    hooks: PermissionPort | None
    """PermissionRequest hooks; None when there are none."""
    reviews: Reviews | None
    """The automated reviewer; None when there is none."""
    clock: Clock
    ids: Ids


@attrs.frozen(kw_only=True)
class Fitted:
    """What a plug brings into the session."""

    tools: tuple[Tool, ...] = ()
    network: NetworkAccess | None = None
    settle: Callable[[str], Awaitable[None]] | None = None
    """Withdraws what is still asked for a turn, by its id, that is about to complete; None when it asks nothing."""
    closing: Callable[[], Awaitable[None]] | None = None
    """Closes at shutdown, while events can still be recorded; None when there is nothing to close."""
    warnings: tuple[str, ...] = ()
    """What the user is told at the start."""


Plug: TypeAlias = Callable[[Interior], AbstractAsyncContextManager[Fitted]]
"""Enters the session when it opens, and leaves it when the session is over."""
