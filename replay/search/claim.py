"""What a search may claim, as data and as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Limits:
    """Where a search gives up. It then says so, and claims no more than it saw."""

    states: int | None = 1_000_000
    """Different states that are kept, at most; None: as many as there are."""
    seconds: float | None = None
    """Seconds that it may take, looked at before each state; None: as many as it needs."""

    def __attrs_post_init__(self) -> None:
        for name in ("states", "seconds"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"Limits.{name} is {value}: give a positive number, or None for no limit")


@attrs.frozen(kw_only=True)
class Claim:
    """What was searched, and what that shows: no more than this.

    The first six fields are said by whoever starts the search. What is left out is filled in with the name of the
    function that was passed, which is less to read but not wrong.
    """

    system: str = ""
    """What was searched."""
    alphabet: str = ""
    """The commands that were given in each state."""
    bounds: str = ""
    """Up to where states were followed."""
    equal: str = ""
    """When two states count as one."""
    symmetry: str = "none"
    """What the key leaves out because states that differ in it behave alike."""
    properties: tuple[str, ...] = ()
    """What was checked, by name."""
    complete: bool = False
    """Whether everything was seen that there is within alphabet and bounds, and no check failed."""
    stopped: str | None = None
    """Which limit, or failure, ended it; None when it is complete."""
    commands_max: int | None = None
    """Of a search that was stopped: every sequence of so many commands was checked. None when it is complete."""
    statement: str = ""
    """What was shown, in a sentence. The search says it."""

    def __str__(self) -> str:
        return "\n".join((f"{self.system}: {self.statement}", *(f"  {line}" for line in self.terms)))

    @property
    def terms(self) -> tuple[str, ...]:
        """What its words mean, one line each."""
        return (
            f"alphabet: {self.alphabet}",
            f"bounds: {self.bounds}",
            f"two states are one when: {self.equal}",
            f"symmetry: {self.symmetry}",
            f"checked: {', '.join(self.properties) or 'nothing'}",
        )


def called(function: Callable[..., Any] | None, none: str) -> str:
    """What to call a function in a claim that says nothing better: its name, and *none* if there is none."""
    if function is None:
        return none
    name: str = getattr(function, "__qualname__", "") or type(function).__qualname__
    return f"`{name}`"
