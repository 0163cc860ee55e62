"""A scenario as data: what the model says, what the client does, and where the engines may differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import attrs

from tests.conformance.endpoint import Response


@attrs.frozen
class Start:
    """Give input to an idle session."""

    text: str


@attrs.frozen
class Steer:
    """Give input to the running turn, or to one that is not running."""

    text: str
    expected: str | None = None
    """Turn that is expected to run; None for the one that was started last."""


@attrs.frozen
class Interrupt:
    """Interrupt the turn that was started last."""


@attrs.frozen
class Answer:
    """Wait for the next question and answer it: `approved`, `approved_for_session`, `denied` or `abort`."""

    decision: str
    call_id: str = "c1"
    """Call that it is about."""


@attrs.frozen
class Compact:
    """Have the history compacted."""


@attrs.frozen
class Held:
    """Wait until the model holds."""


@attrs.frozen
class Release:
    """Let the model go on."""


@attrs.frozen
class Fifo:
    """Wait until a command has the fifo of this name in the working directory open, and close our end."""

    name: str = "up"
    read: bool = True
    """Which end is ours."""


@attrs.frozen
class Until:
    """Wait for a transition."""

    line: str
    times: int = 1


@attrs.frozen
class Ended:
    """Wait for the end of the turn that was started last."""

    answer: str | None = None
    """Answers a question that only one of the engines asks on the way."""


Step: TypeAlias = Start | Steer | Interrupt | Answer | Compact | Held | Release | Fifo | Until | Ended


@attrs.frozen
class Hunk:
    """A place where the engines differ: lines of Codex, and what ours has instead."""

    theirs: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    why: str = attrs.field(default="", eq=False)
    """Name of the difference, in `differences.DIFFERENCES`."""


@attrs.frozen(kw_only=True)
class Scenario:
    """One story that both engines live through."""

    name: str
    claim: str
    """What it shows, in one sentence."""
    covers: tuple[str, ...]
    """Ids of requirements."""
    model: tuple[Response, ...]
    client: tuple[Step, ...]
    hooks: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    """`hooks` of `hooks.json`."""
    approval: str = "on-request"
    sandbox: str = "read-only"
    profile: str = "seed"
    """Profile of ours: `codex` does what the release does where the source change set differs."""
    fifos: tuple[str, ...] = ()
    ordered: bool = True
    """False where things run side by side: the client's transitions are then compared as a set."""
    findings: tuple[str, ...] = ()
    """Codes of what the rules may find in our log."""
    heard: tuple[Hunk, ...] = ()
    """Expected differences in what the client hears."""
    raced: tuple[Hunk, ...] | None = None
    """What may be heard instead where a race inside of Codex decides; None where there is none.

    If there is one, it is no failure either that a difference does not show.
    """
    seen: tuple[Hunk, ...] = ()
    """Expected differences in what the model sees."""
