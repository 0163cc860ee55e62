"""The commands of the product's alphabet, for tests that pick some of them or need a state to begin with."""

from __future__ import annotations

from typing import Final

from turnfold.core import State
from turnfold.core.commands import Command
from turnfold.replay.search.session import LEAVE, OTHER, WRONG, Alphabet, opened, resume

__all__ = ["LEAVE", "OTHER", "WRONG", "commands", "of_engine", "opened", "resume"]

IDS: Final = 4
"""Of each sort: tests that walk at random let that many be open."""

USUAL: Final = Alphabet(ids=IDS)
ENGINE: Final = Alphabet(families=("phases",), ids=IDS)


def commands(state: State) -> tuple[Command, ...]:
    """Every command of the usual alphabet for *state*."""
    return USUAL.commands(state)


def of_engine(state: State) -> tuple[Command, ...]:
    """What the engine's effects may say, about the turn in the slot and about another one."""
    return ENGINE.commands(state)
