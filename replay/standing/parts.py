"""The parts of a standing: each fact with the line that shows it."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

OpenKind: TypeAlias = Literal["call", "item", "approval", "hook_run", "network", "input"]
"""What may be open beside the turn."""


@attrs.frozen(kw_only=True)
class TurnFacts:
    """The open turn."""

    turn_id: str
    position: int | None
    line: int
    """Line of its first record."""
    phases: tuple[str, ...]
    """Where it can be; empty where no start is recorded."""
    began_at_s: float | None
    inputs: tuple[int, ...]
    """Lines of what the user said in it."""


@attrs.frozen(kw_only=True)
class OpenThing:
    """Something that has begun and not ended."""

    kind: OpenKind
    """`call`, `item`, `approval`, `hook_run`, `network`, or `input`: accepted, and not seen in the history."""
    key: str
    """Its id."""
    line: int
    """Line that opened it."""
    phases: tuple[str, ...] = ()
    """Where it can be."""
    name: str | None = None
    """Name of the tool, the hook event, the kind of question."""
    quote: str | None = None
    """The beginning of what somebody wrote there."""
    turn_id: str | None = None
    """The turn that it was opened in."""
    at_s: float | None = None
    is_stale: bool = False
    """Whether that turn is over, so that nothing will close it."""


@attrs.frozen(kw_only=True)
class EndFacts:
    """The last terminal."""

    line: int
    turn_id: str | None
    position: int | None
    completed: bool
    reason: str | None
    at_s: float | None


@attrs.frozen(kw_only=True)
class TokenFacts:
    """The last report of tokens."""

    line: int
    total: int
    last: int | None
    """Of the last request."""
    window: int | None
    """Size of the model's context window."""


@attrs.frozen(kw_only=True)
class SettingsFacts:
    """The settings in force, as last told."""

    line: int | None = None
    """Line that told the last of them."""
    model: str | None = None
    cwd: str | None = None
    approval_policy: str | None = None
    sandbox_mode: str | None = None
