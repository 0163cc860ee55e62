"""U7: a turn without a task is dropped together with what waits for it."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Patch
from turnfold.core.decide import aborts
from turnfold.core.decide.draft import Draft
from turnfold.core.decide.slot import ABANDONED, close_hooks
from turnfold.events import TurnCleared
from turnfold.replay.races import interrupt_finish


def clear(draft: Draft, turn_id: str) -> None:
    """Free the slot, and say nothing of what the turn had accepted."""
    close_hooks(draft, turn_id, ABANDONED)
    draft.add(TurnCleared(turn_id=turn_id))


MUTANT = Mutant(
    name="cleared-with-waiters",
    hazards=("U7",),
    about="An interrupt that comes before a turn has its task drops the turn without a word about its input.",
    race=interrupt_finish,
    shipped=interrupt_finish,
    patches=(Patch(aborts, "clear", clear),),
)
