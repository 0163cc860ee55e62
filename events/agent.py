"""Events of sub-agents: sessions that a session spawned."""

from typing import ClassVar

import attrs

from turnfold.events.base import Event


@attrs.frozen(kw_only=True, repr=False)
class SubAgentActivity(Event):
    """Something happened to a sub-agent.

    rollout `event_msg` `sub_agent_activity`.
    """

    kind: ClassVar[str] = "sub_agent_activity"

    activity: str | None = None
    """`started`, `interacted`, `interrupted`, `completed` (`kind`)."""

    agent_thread_id: str | None = None
    """Session of the sub-agent."""

    agent_path: str | None = None
    """Its place in the tree of agents."""


@attrs.frozen(kw_only=True, repr=False)
class SubAgentStarted(Event):
    """A sub-agent was spawned.

    own log.
    """

    kind: ClassVar[str] = "sub_agent_started"

    agent_thread_id: str
    """Session of the sub-agent."""

    turn_id: str | None = None
    """Turn that spawned it."""

    call_id: str | None = None
    """Call that spawned it."""

    nickname: str | None = None
    """Name given to it."""

    role: str | None = None
    """Role given to it."""

    depth: int | None = None
    """Distance from the root session in the tree of agents."""


@attrs.frozen(kw_only=True, repr=False)
class SubAgentEnded(Event):
    """A sub-agent ended.

    own log.
    """

    kind: ClassVar[str] = "sub_agent_ended"

    agent_thread_id: str
    """Session of the sub-agent."""

    status: str
    """`completed`, `failed` or `interrupted`."""

    last_agent_message: str | None = None
    """Text of its last message."""
