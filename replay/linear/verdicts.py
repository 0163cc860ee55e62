"""What a search found out: an order, that there is none, or that it would take too long."""

from collections.abc import Iterable
from typing import TypeAlias

import attrs

from turnfold.replay.linear.calls import Call

INDENT = "  "
ANSWERS_MAX = 6
"""Answers of the model that a text lists for one call."""


@attrs.frozen
class Moment:
    """One step of an order."""

    call: Call | None
    """The call that takes effect; None for a silent step."""
    name: str = ""
    """What happened in silence."""
    halfway: bool = False
    """Whether the call takes effect once more, later."""

    def __str__(self) -> str:
        if self.call is None:
            return f"({self.name})"
        return f"{asked(self.call)} begins" if self.halfway else told(self.call)


@attrs.frozen
class Linearization:
    """The calls are linearizable."""

    moments: tuple[Moment, ...]
    """An order in which each call takes effect within its time, silent steps between them."""

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls in that order. One that was never answered is in it if it had to take effect."""
        return tuple(each.call for each in self.moments if each.call is not None and not each.halfway)

    def __str__(self) -> str:
        return "\n".join(["linearizable:", *_numbered(self.moments)])


@attrs.frozen
class Stuck:
    """A call that might come next, and does not fit."""

    call: Call
    answers: tuple[object, ...]
    """What the model would have answered, silent steps before it included. Nothing: the call would have to wait."""

    def __str__(self) -> str:
        if not self.answers:
            return f"{told(self.call)}\n{INDENT}the model would let it wait"
        shown = [brief(each) for each in self.answers[:ANSWERS_MAX]]
        more = len(self.answers) - len(shown)
        rest = [f"and {more} more"] if more else []
        return "\n".join(
            [
                told(self.call),
                f"{INDENT}the model would say",
                *(INDENT * 2 + each for each in [*shown, *rest]),
            ]
        )


@attrs.frozen
class NotLinearizable:
    """No order explains the results."""

    moments: tuple[Moment, ...]
    """An order of as many answered calls as possible."""
    stuck: tuple[Stuck, ...]
    """The calls that might come next."""
    answered: int
    """Answered calls in all."""

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of the longest order."""
        return tuple(each.call for each in self.moments if each.call is not None and not each.halfway)

    def __str__(self) -> str:
        fit = sum(each.ended is not None for each in self.calls)
        lines = [
            f"not linearizable: no order explains more than {fit} of {self.answered} answered calls",
            *_numbered(self.moments),
            "no call fits next:",
            *(INDENT + line for each in self.stuck for line in str(each).splitlines()),
        ]
        return "\n".join(lines)


@attrs.frozen
class GaveUp:
    """Undecided: the search was stopped."""

    effort: int
    """States that were looked at."""
    moments: tuple[Moment, ...]
    """The longest order until then."""

    def __str__(self) -> str:
        lines = [
            f"undecided: gave up after {self.effort} states. Check shorter histories, or raise the effort",
            "the longest order until then:",
            *_numbered(self.moments),
        ]
        return "\n".join(lines)


Verdict: TypeAlias = Linearization | NotLinearizable | GaveUp


def brief(value: object) -> str:
    """Return *value* in words; of an attrs object, only the fields that hold something and are not as by default."""
    cls = type(value)
    if not attrs.has(cls):
        return repr(value)
    fields = [(field, getattr(value, field.name)) for field in attrs.fields(cls)]
    told = [
        f"{field.name}={held!r}"
        for field, held in fields
        if held not in (None, {}, ()) and held != field.default
    ]
    return f"{type(value).__name__}({', '.join(told)})"


def asked(call: Call) -> str:
    """Return the call in words, without its result."""
    given = ", ".join(f"{name}={value!r}" for name, value in call.given.items())
    return f"{call.client}: {call.op}({given})"


def told(call: Call) -> str:
    """Return the call and its result in words."""
    result = "never answered" if call.ended is None else brief(call.result)
    return f"{asked(call)} -> {result}"


def _numbered(moments: Iterable[Moment]) -> list[str]:
    lines: list[str] = []
    number = 0
    for each in moments:
        number += each.call is not None
        place = "" if each.call is None else f"{number}."
        lines.append(f"{INDENT}{place:<4}{each}")
    return lines
