"""Ways through a system: which commands were given, what came of each, and where that led."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

import attrs

S = TypeVar("S")
C = TypeVar("C")
L = TypeVar("L")

StepFunction: TypeAlias = Callable[[S, C], tuple[S, L]]
"""A pure step: the state after a command, and a label that says what happened. It must always give the same."""


@attrs.frozen
class Step(Generic[S, C, L]):
    """One command of a way."""

    command: C
    label: L
    """What the step function said of it."""
    state: S
    """The state after it."""


@attrs.frozen
class Way(Generic[S, C, L]):
    """A start, and the steps from there."""

    start: S
    steps: tuple[Step[S, C, L], ...] = ()

    @property
    def end(self) -> S:
        """Where it leads."""
        return self.steps[-1].state if self.steps else self.start


class Fault(StrEnum):
    """What a counter-example shows."""

    CHECK = "check"
    """A check does not hold after the last step."""
    RAISED = "raised"
    """The step function raised over the last command."""
    DEAD_END = "dead end"
    """Nothing is left to happen, and the goal was not reached."""
    LOOP = "loop"
    """The loop can go round for ever, and the goal is not in it."""


@attrs.frozen(kw_only=True)
class CounterExample(Generic[S, C, L]):
    """The shortest way to a fault. Of a loop, the way into it is the shortest; the loop itself may not be."""

    kind: Fault
    text: str
    """What is wrong."""
    way: Way[S, C, L]
    last: C | None = None
    """The command over which the step function raised: it has no step."""
    loop: tuple[Step[S, C, L], ...] = ()
    """From the end of the way back to a state equal to it."""
    error: Exception | None = attrs.field(default=None, eq=False)
    """What the check or the step function raised."""
    lines: tuple[str, ...] = attrs.field(default=(), repr=False, eq=False)
    """The steps in words, those of the loop last."""

    @property
    def commands(self) -> tuple[C, ...]:
        """The commands in order, one round of the loop included."""
        given = tuple(step.command for step in (*self.way.steps, *self.loop))
        return given if self.last is None else (*given, self.last)

    @property
    def states(self) -> tuple[S, ...]:
        """The states passed through, the start first."""
        return (self.way.start, *(step.state for step in (*self.way.steps, *self.loop)))

    @property
    def labels(self) -> tuple[L, ...]:
        """What the step function said of each step."""
        return tuple(step.label for step in (*self.way.steps, *self.loop))

    def __str__(self) -> str:
        count = len(self.way.steps) + (self.last is not None)
        length = f"{count} command{'' if count == 1 else 's'}"
        numbered = [f"  {number}. {line}" for number, line in enumerate(self.lines, 1)]
        if not self.loop:
            return "\n".join([f"{self.kind} after {length}: {self.text}", *numbered])
        head = f"{self.kind} of {len(self.loop)} after {length}: {self.text}"
        again = "  -- and from here round and round --"
        return "\n".join([head, *numbered[:count], again, *numbered[count:]])
