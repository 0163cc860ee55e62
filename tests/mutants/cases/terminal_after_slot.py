"""Hazard 1: the slot is free a moment before `turn_aborted` is sent."""

from __future__ import annotations

from typing import Any

import attrs
import trio

from tests.mutants.mutant import Mutant, Patch, deciding, rows, staying
from tests.mutants.races import abort_submit
from turnfold.core.commands import Conclude
from turnfold.core.decide.draft import Decision, Draft
from turnfold.core.decide.slot import drop_waiters, start_next
from turnfold.core.effects import AwaitUnwind, ConcludeAbort
from turnfold.core.engine.kernel import Kernel
from turnfold.core.lifecycle import SessionPhase
from turnfold.core.results import Done
from turnfold.core.state import State, Turn
from turnfold.events import INTERRUPTED, TurnAborted
from turnfold.replay.races import submit_abort

LEFT = {
    SessionPhase.IN_TURN: SessionPhase.IDLE,
    SessionPhase.CLOSING_IN_TURN: SessionPhase.CLOSING,
}


@attrs.frozen
class Free:
    """Take the turn out of the slot, and tell nobody."""

    turn: Turn


@attrs.frozen
class Tell:
    """Say how the turn that was taken out has ended."""

    turn: Turn
    conclude: Conclude


def free(state: State, command: Free) -> Decision:
    """The first step."""
    return Decision((), attrs.evolve(state, turn=None, session=LEFT[state.session]), Done())


def tell(state: State, command: Tell) -> Decision:
    """The second step: by now another turn may have the slot."""
    draft, turn = Draft(state), command.turn
    draft.add(
        TurnAborted(
            turn_id=turn.turn_id,
            reason=turn.abort_reason or INTERRUPTED,
            started_at_s=turn.started_at_s,
            completed_at_s=command.conclude.completed_at_s,
            duration_ms=command.conclude.duration_ms,
        )
    )
    if state.turn is None:
        drop_waiters(draft, turn.turn_id, "aborted")
    if turn.abort_reason == INTERRUPTED:
        start_next(draft, command.conclude.next_turn_id)
    return draft.done(Done())


_unwind = vars(Kernel)["_unwind"]


async def unwind(kernel: Any, effect: AwaitUnwind) -> None:
    """Carry the abort out to its end in the task that was spawned for it: clear the slot, and then send the event."""
    kernel.flushed = trio.Event()
    await _unwind(kernel, effect)
    await kernel.flushed.wait()
    turn = kernel.state.turn
    await kernel.actor.ask(Free(turn))
    kernel.actor.post(Tell(turn, kernel._conclusion(effect)))


def conclude(kernel: Any, _effect: ConcludeAbort) -> None:
    """Let that task go on."""
    kernel.flushed.set()


MUTANT = Mutant(
    name="terminal-after-slot",
    hazards=("H1",),
    about="The slot is freed in one step, and `turn_aborted` recorded in a later one, by a spawned task.",
    race=abort_submit,
    shipped=submit_abort,
    patches=(
        Patch(Kernel, "_unwind", unwind),
        Patch(Kernel, "_conclude", conclude),
        deciding({Free: free, Tell: tell}),
        rows(staying(TurnAborted)),
    ),
)
