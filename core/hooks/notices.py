"""Interrupt and SessionEnd: hooks are told, and change nothing (semantics 3.7)."""

from typing import Final

from turnfold.core.hooks.contract import Contract, Spoken, failing, ignored
from turnfold.core.hooks.outputs import Outcome


class InterruptAnswer(Spoken, frozen=True, kw_only=True):
    """The answer on stdout; it has no other field."""


def _heard(_answer: Spoken) -> Outcome:
    return Outcome()


INTERRUPT: Final = Contract(
    shape=InterruptAnswer,
    judge=_heard,
    invalid="hook returned invalid interrupt hook JSON output",
    plain=failing("Interrupt hook returned non-JSON stdout"),
)

SESSION_END: Final = Contract(shape=InterruptAnswer, judge=_heard, invalid="", plain=ignored, reads=False)
"""Nobody is there any more to whom an answer could be shown."""
