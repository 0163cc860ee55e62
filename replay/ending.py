"""The end of a session that was cut off: what has to be recorded, as inferred, before it can go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from turnfold.core import SessionPhase, State, Turn, TurnPhase
from turnfold.events import (
    INTERRUPTED,
    AbortMarkerRecorded,
    Event,
    JournalFlushed,
    ShutdownCompleted,
    WaitersDropped,
)
from turnfold.replay.inferred import Events, approvals_dropped, hooks_closed, turn_aborted

UNMARKED: Final = frozenset({TurnPhase.RUNNING, TurnPhase.ABORTING, TurnPhase.CANCELLED, TurnPhase.UNWOUND})
"""Phases before the marker."""


def ending_of(state: State, marker: str | None) -> Iterator[Event]:
    """Yield what ends everything that is open in *state*, in a legal order, so that the session is idle or closed.

    An open turn ends as interrupted, with *marker* as the text that tells the model; None leaves it out.
    """
    turn = state.turn
    if turn is None:
        yield from hooks_closed(state, "abandoned")
    else:
        yield from _turn_ending(state, turn, marker)
    yield from approvals_dropped(state)
    unused = tuple(item.input_id for item in state.inputs if item.input_id is not None)
    if turn is not None and unused:
        yield WaitersDropped(turn_id=turn.turn_id, inputs=unused)
    if state.session in (SessionPhase.CLOSING, SessionPhase.CLOSING_IN_TURN):
        yield ShutdownCompleted()


def _turn_ending(state: State, turn: Turn, marker: str | None) -> Events:
    *before, terminal = turn_aborted(state)
    is_interrupted = (turn.abort_reason or INTERRUPTED) == INTERRUPTED
    marked: list[Event] = []
    if turn.phase in UNMARKED and is_interrupted and marker is not None:
        marked = [
            AbortMarkerRecorded(turn_id=turn.turn_id, text=marker),
            JournalFlushed(turn_id=turn.turn_id),
        ]
    elif turn.phase is TurnPhase.MARKED:
        marked = [JournalFlushed(turn_id=turn.turn_id)]
    return (*before, *marked, terminal)
