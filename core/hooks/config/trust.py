"""Whether a handler may run: managed, trusted by its hash, or not."""

import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from typing import Final

import attrs

from turnfold.core.hooks.names import HookEvent

MANAGED_SOURCES: Final = frozenset(
    {
        "system",
        "mdm",
        "enterprise_managed",
        "cloud_requirements",
        "cloud_managed_config",
        "legacy_managed_config_file",
        "legacy_managed_config_mdm",
    }
)
"""Layers that an administrator writes: their handlers need no trust, and nobody can switch them off."""

STATE_SOURCES: Final = frozenset({"user", "session_flags"})
"""Layers whose `[hooks.state]` counts. A project that could write it would trust itself."""

CONTEXT_LIMIT_TOKENS: Final = 2500
"""Tokens (bytes / 4) of one output that go to the model when the handler sets no limit."""

CONTEXT_EVENTS: Final = frozenset(
    {
        HookEvent.PRE_TOOL_USE,
        HookEvent.POST_TOOL_USE,
        HookEvent.SESSION_START,
        HookEvent.USER_PROMPT_SUBMIT,
        HookEvent.SUBAGENT_START,
    }
)
"""Events whose hooks may add context; only for them does a limit of it mean something."""


class Trust(Enum):
    """What is known of who approved a handler."""

    MANAGED = "managed"
    """It comes from an administrator."""

    UNTRUSTED = "untrusted"
    """Nobody has approved it."""

    TRUSTED = "trusted"
    """The user approved exactly this."""

    MODIFIED = "modified"
    """The user approved it, and it has changed since."""


@attrs.frozen(kw_only=True)
class HookState:
    """What the user decided about one handler, by its key."""

    enabled: bool | None = None
    trusted_hash: str | None = None

    def under(self, later: "HookState") -> "HookState":
        """Return this state with what a later layer says put over it, field by field."""
        return HookState(
            enabled=self.enabled if later.enabled is None else later.enabled,
            trusted_hash=self.trusted_hash if later.trusted_hash is None else later.trusted_hash,
        )


def hook_hash(event: HookEvent, matcher: str | None, handler: Mapping[str, object]) -> str:
    """Return the hash that trust is bound to, the same that Codex computes.

    It covers the event, the matcher and the handler's fields with the timeout in force, as JSON with sorted
    keys and no spaces. The content of a script that the command names is not covered.

    Args:
        handler: `type`, `command`, `timeout`, `async`, and what else is set, under the names of the file.
    """
    identity: dict[str, object] = {"event_name": event.snake, "hooks": [dict(handler)]}
    if matcher is not None:
        identity["matcher"] = matcher
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def trust_of(source: str, current_hash: str, state: HookState) -> Trust:
    """Return how far a handler of *source* with *current_hash* is trusted under *state*."""
    if source in MANAGED_SOURCES:
        return Trust.MANAGED
    if state.trusted_hash is None:
        return Trust.UNTRUSTED
    return Trust.TRUSTED if state.trusted_hash == current_hash else Trust.MODIFIED
