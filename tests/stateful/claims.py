"""What holds for every decision in every state: the product's checks, for tests that do not search."""

from __future__ import annotations

from collections.abc import Callable

from turnfold.core import State
from turnfold.core.commands import Command
from turnfold.core.decide import Decision
from turnfold.replay.search.session import CHECKS as CLAIMS
from turnfold.replay.search.session import TERMINALS, Checking, SessionCheck

__all__ = ["CLAIMS", "TERMINALS", "all_of"]


def all_of(*claims: SessionCheck) -> Callable[[State, Command, Decision], None]:
    """Return a function that makes every one of *claims* on a decision."""
    checking = Checking(claims)

    def check(before: State, command: Command, decision: Decision) -> None:
        checking(before, command, decision, decision.state)

    return check
