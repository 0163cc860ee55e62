"""Automata that several rules share.

What every line, or every frequent record, must be asked is asked once: a checker keeps the state and tells each break
to the rules that explain it. So a rule costs nothing until something is wrong, however many there are. The lifecycle
tables are to `OrderRule` what a checker is to `CheckedRule`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, ClassVar

from turnfold.replay.invariants.registry import Handled, Invariant
from turnfold.replay.session import SessionView


class Checker(Handled):
    """One automaton over one session. Its handlers are marked with `on`, like a rule's, and run before the rules'."""

    def __init__(self, session: SessionView) -> None:
        self.session = session
        self._rules: dict[Enum, list[CheckedRule]] = {}
        self.begin()

    def begin(self) -> None:
        """Set up the memory."""

    def record(self, record: Any, at: int) -> None:
        """Override to see every record's envelope before its payload."""

    def takes(self, records: Sequence[Any], lines: Sequence[int]) -> bool:
        """Override to take successive envelopes at once, where nothing is wrong with any of them.

        False, and nothing changed, means: ask for each of them (`record`).
        """
        return False

    def finish(self, at: int) -> None:
        """The log ends after line *at*."""

    def adopt(self, rules: Iterable[CheckedRule]) -> None:
        """Tell these rules, and no others, from now on."""
        self._rules = {}
        for rule in rules:
            self._rules.setdefault(rule.explains, []).append(rule)

    def tell(
        self, what: Enum, at: int, *witnesses: tuple[int, str], subject: str | None = None, **facts: Any
    ) -> None:
        """Something is wrong at line *at*: tell the rule that explains it, if it is at work."""
        for rule in self._rules.get(what, ()):
            rule.broken(at, *witnesses, subject=subject, **facts)


class CheckedRule(Invariant):
    """A rule that keeps no state: it explains one kind of break that its checker tells."""

    checker: ClassVar[type[Checker]]
    explains: ClassVar[Enum]

    def broken(self, at: int, *witnesses: tuple[int, str], subject: str | None = None, **facts: Any) -> None:
        """The checker found the break. Override to let some of them pass, or to weigh them."""
        self.found(at, *witnesses, subject=subject, **facts)
