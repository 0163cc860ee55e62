"""Hazard 2: a shutdown does not wait for the abort that runs."""

from __future__ import annotations

import attrs

from tests.mutants.mutant import Mutant, deciding
from tests.mutants.races import abort_shutdown
from turnfold.core.commands import Shutdown
from turnfold.core.decide.draft import Decision, Draft
from turnfold.core.decide.sessions import shut_down
from turnfold.core.decide.slot import drop_waiters
from turnfold.core.lifecycle import SessionPhase, TurnPhase
from turnfold.core.results import Done
from turnfold.core.state import State
from turnfold.events import ShutdownBegan
from turnfold.replay.races import interrupt_shutdown


def shut(state: State, command: Shutdown) -> Decision:
    """Wait for the tasks of the aborted turn and no longer: then drop its waiters and end the session."""
    turn = state.turn
    if turn is None or turn.phase is not TurnPhase.MARKED or state.session is not SessionPhase.IN_TURN:
        return shut_down(state, command)
    draft = Draft(attrs.evolve(state, turn=None, session=SessionPhase.IDLE))
    drop_waiters(draft, turn.turn_id, "shutdown")
    draft.add(ShutdownBegan(by=command.by))
    return draft.done(Done())


MUTANT = Mutant(
    name="shutdown-while-aborting",
    hazards=("H2",),
    about="A shutdown takes the slot of a turn whose marker is being flushed; its `turn_aborted` is lost.",
    race=abort_shutdown,
    shipped=interrupt_shutdown,
    patches=(deciding({Shutdown: shut}),),
)
