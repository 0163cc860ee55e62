"""One configured handler, ready to be matched and run."""

from typing import Final

import attrs

from turnfold.core.hooks.config.matcher import Matcher
from turnfold.core.hooks.config.trust import Trust
from turnfold.core.hooks.names import HookEvent

TIMEOUT_S: Final = 600
"""Seconds that a hook has when its handler does not say."""

SHORT_TIMEOUT_S: Final = 1
SHORT_TIMEOUT_S_MAX: Final = 3
"""The same for events that nobody wants to wait for, and the most that can be had."""

SHORT_EVENTS: Final = frozenset({HookEvent.SESSION_END, HookEvent.INTERRUPT})


@attrs.frozen(kw_only=True)
class Handler:
    """A command that is run at an event.

    Handlers that may not run are kept too: they hold their place in the configured order, and a client wants to
    list them.
    """

    event: HookEvent
    command: str
    """Text for the user's shell."""

    timeout_s: int
    """Seconds in force: the configured ones within the limits of the event, or the default."""

    source: str
    """Configuration layer, such as `user` or `project`."""

    source_path: str
    """The file."""

    display_order: int
    """Place among all handlers of the configuration, counted from 0."""

    key: str
    """`<file>:<event>:<group>:<handler>`, what the user's trust is filed under."""

    current_hash: str
    """See `hook_hash`."""

    matcher: str | None = None
    """The matcher as configured; None where there is none or the event has none."""

    takes: Matcher = attrs.field(factory=Matcher)
    """The same, compiled."""

    status_message: str | None = None
    """What to show while it runs."""

    asynchronous: bool = False
    """Whether the event does not wait for it; it then decides nothing."""

    additional_context_limit: int | None = None
    """Tokens of its context that go to the model; None for the usual limit."""

    env: tuple[tuple[str, str], ...] = ()
    """Variables that the command finds in its environment beside the usual ones."""

    handler_type: str = "command"

    enabled: bool = True
    """Whether the user left it switched on."""

    trust: Trust = Trust.UNTRUSTED

    bypass: bool = False
    """Whether the session runs hooks that nobody trusted."""

    @property
    def runs(self) -> bool:
        """Whether it may run: switched on, and managed, trusted or let through unseen."""
        return self.enabled and (self.bypass or self.trust in {Trust.MANAGED, Trust.TRUSTED})

    @property
    def detached(self) -> bool:
        """Whether the event goes on without it. The end of a session waits even for an asynchronous handler."""
        return self.asynchronous and self.event is not HookEvent.SESSION_END


def effective_timeout(event: HookEvent, configured_s: int | None) -> int:
    """Return the seconds in force for a handler of *event*: at least 1, 600 by default (A2).

    SessionEnd and Interrupt have 1 by default and 3 at most.
    """
    if event in SHORT_EVENTS:
        return min(max(SHORT_TIMEOUT_S if configured_s is None else configured_s, 1), SHORT_TIMEOUT_S_MAX)
    return max(TIMEOUT_S if configured_s is None else configured_s, 1)
