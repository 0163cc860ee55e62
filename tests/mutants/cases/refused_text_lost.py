"""Hazard 4: a message right after an interrupt is refused, and nobody has it any more."""

from __future__ import annotations

import attrs

from tests.mutants.mutant import Mutant, deciding
from tests.mutants.races import abort_steer
from turnfold.core.commands import Steer
from turnfold.core.decide.draft import Decision
from turnfold.core.decide.inputs import steer
from turnfold.core.lifecycle import TurnPhase
from turnfold.core.results import Refused
from turnfold.core.state import State
from turnfold.replay.races import steer_abort


def unreturned(state: State, command: Steer) -> Decision:
    """Refuse as always; where the abort has come as far as its marker, forget the text."""
    decision = steer(state, command)
    turn = state.turn
    if turn is None or turn.phase is not TurnPhase.MARKED or not isinstance(decision.result, Refused):
        return decision
    return attrs.evolve(decision, result=attrs.evolve(decision.result, text=None, content=None))


MUTANT = Mutant(
    name="refused-text-lost",
    hazards=("H4",),
    about="Input that is refused while the marker of an abort is being flushed is not handed back.",
    race=abort_steer,
    shipped=steer_abort,
    patches=(deciding({Steer: unreturned}),),
)
