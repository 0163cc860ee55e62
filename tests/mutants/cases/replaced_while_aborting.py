"""Hazard 2: a task that replaces a turn takes the slot from the abort that runs."""

from __future__ import annotations

import attrs

from tests.mutants.mutant import Mutant, deciding
from tests.mutants.races import abort_compact
from turnfold.core.commands import RunTask
from turnfold.core.decide.draft import Decision, Draft
from turnfold.core.decide.inputs import run_task
from turnfold.core.decide.slot import drop_waiters
from turnfold.core.lifecycle import SessionPhase, TurnPhase
from turnfold.core.results import Started
from turnfold.core.state import State
from turnfold.events import TurnRequested, TurnReserved
from turnfold.replay.races import interrupt_compact


def run(state: State, command: RunTask) -> Decision:
    """Wait for the tasks of the aborted turn and no longer: then drop its waiters and take its slot."""
    turn = state.turn
    if turn is None or turn.phase is not TurnPhase.MARKED or state.session is not SessionPhase.IN_TURN:
        return run_task(state, command)
    draft = Draft(attrs.evolve(state, turn=None, session=SessionPhase.IDLE))
    drop_waiters(draft, turn.turn_id, "aborted")
    draft.add(
        TurnRequested(request_id=command.submission_id),
        TurnReserved(turn_id=command.turn_id, task_kind=command.task_kind, trigger="command"),
    )
    return draft.done(Started(turn_id=command.turn_id))


MUTANT = Mutant(
    name="replaced-while-aborting",
    hazards=("H2",),
    about="A compaction takes the slot of a turn whose marker is being flushed; its `turn_aborted` is lost.",
    race=abort_compact,
    shipped=interrupt_compact,
    patches=(deciding({RunTask: run}),),
)
