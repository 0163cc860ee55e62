"""What the rules on network hosts share."""

from __future__ import annotations

from typing import Any, TypeAlias

Target: TypeAlias = tuple[str, str, int]
"""Protocol, host and port: decisions hold for all three together."""


def target_of(event: Any) -> Target:
    """The target that an event of the network is about."""
    return event.protocol, event.host, event.port


def shown(target: Target) -> str:
    """`http://example.org:80`."""
    protocol, host, port = target
    return f"{protocol}://{host}:{port}"
