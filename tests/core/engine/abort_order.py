"""The order of an abort, as every test of one checks it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.core.engine.running import of, order
from turnfold.events import (
    AbortBegan,
    AbortMarkerRecorded,
    AbortUnwound,
    ApprovalDropped,
    ApprovalResolved,
    Event,
    JournalFlushed,
    ModelRequestStarted,
    ScopesCancelled,
    ToolCallClosed,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    WaitersDropped,
)

ABORT = (AbortBegan, ScopesCancelled, AbortUnwound, AbortMarkerRecorded, JournalFlushed, TurnAborted)


def aborted(log: Sequence[Event], turn_id: str, reason: str, by: str) -> None:
    """Check the order of an abort, from its beginning to its one terminal event."""
    marked = reason == "interrupted"
    kinds = (
        ABORT
        if marked
        else tuple(kind for kind in ABORT if kind not in (AbortMarkerRecorded, JournalFlushed))
    )
    assert [kind.__name__ for kind in kinds] == order(log, *ABORT)
    begun, terminal = of(log, AbortBegan)[0], of(log, TurnAborted)[0]
    assert (turn_id, reason, by) == (begun.turn_id, begun.reason, begun.by)
    assert (turn_id, reason) == (terminal.turn_id, terminal.reason)
    assert [] == [event.turn_id for event in of(log, TurnCompleted) if event.turn_id == turn_id]
    between = log[log.index(begun) : log.index(terminal)]
    assert [] == of(between, ModelRequestStarted)
    assert [] == of(between, ToolCallOutput)
    assert [] == of(between, ApprovalResolved) + of(between, ApprovalDropped) + of(between, WaitersDropped)
    requested = {event.call_id for event in of(log, ToolCallRequested)}
    ended = {event.call_id for event in log if isinstance(event, ToolCallOutput | ToolCallClosed)}
    assert requested == ended
