"""What becomes of the other requests: interrupts, answers, waiting for ends, going back, shutting down."""

from typing import Final

from turnfold.core.results import (
    INVALID_ROLLBACK,
    NOT_IDLE,
    UNKNOWN_APPROVAL,
    Done,
    Idle,
    Interrupted,
)
from turnfold.events import TURN_ABORT_IN_PROGRESS, TurnAborted, TurnCompleted
from turnfold.replay.linear.calls import Call
from turnfold.replay.linear.model import HALFWAY
from turnfold.replay.linear.session.moves import aborted, closing, interrupted
from turnfold.replay.linear.session.standing import End, Slot, Standing
from turnfold.replay.linear.session.terms import (
    CLOSING,
    OVER,
    Steps,
    Terms,
    claimed,
    identified,
    refused,
    which,
)

TOLD_ENDS: Final[tuple[End, ...]] = ("completed", "interrupted", "replaced")
"""Ends of which there is an event to wait for."""


def interrupt(terms: Terms, at: Standing, call: Call) -> Steps:
    """End the turn in the slot, if it is the one that is meant; a second time changes nothing (F1, F8)."""
    slot = at.slot
    if slot is None:
        startup = call.result.cancelled if at.life == "open" and isinstance(call.result, Idle) else ()
        found: list[tuple[Standing, object]] = [(at, Idle(cancelled=startup))]
        return [*found, (at, OVER)] if at.life == "closed" else found
    wanted = call.given.get("turn_id")
    if not isinstance(wanted, str):
        return _interrupted(terms, at, slot, call)
    found = []
    for after, turn, yes in which(terms, at, slot, wanted):
        found += _interrupted(terms, after, turn, call) if yes else [(after, Idle())]
    return found


def _interrupted(terms: Terms, at: Standing, slot: Slot, call: Call) -> Steps:
    already = slot.phase == "aborting"
    at, slot, turn_id = identified(terms, at, slot, claimed(call, "turn_id"))
    return [(interrupted(at, slot), Interrupted(turn_id=turn_id, already=already))]


def answer(terms: Terms, at: Standing, call: Call) -> Steps:
    """An answer counts once, and only while the turn runs; `abort` may interrupt the turn instead (C4, F6).

    Nobody tells the model what is asked. So a question that was neither answered nor dropped may be open while a turn
    runs, and stays as it is during an abort.
    """
    approval_id = str(call.given.get("approval_id"))
    unknown = refused(UNKNOWN_APPROVAL, approval_id=approval_id)
    slot, seen = at.slot, at.questions
    if slot is None or slot.phase == "reserved" or approval_id in seen.over:
        return [(at, unknown), (at, OVER)] if at.life == "closed" else [(at, unknown)]
    is_open = seen._replace(open=seen.open | {approval_id})
    if slot.phase == "aborting":
        found: list[tuple[Standing, object]] = []
        if approval_id not in seen.absent:
            found.append((at._replace(questions=is_open), refused(TURN_ABORT_IN_PROGRESS)))
        if approval_id not in seen.open:
            absent = seen._replace(absent=seen.absent | {approval_id})
            found.append((at._replace(questions=absent), unknown))
        return found
    over = seen._replace(over=seen.over | {approval_id})
    found = [(at._replace(questions=over), Done()), (at, unknown)]
    if call.given.get("decision") == "abort":
        after, slot, turn_id = identified(terms, at, slot, claimed(call, "turn_id"))
        aborting = aborted(after._replace(questions=is_open), slot)
        found.append((aborting, Interrupted(turn_id=turn_id)))
    return found


def roll_back(terms: Terms, at: Standing, call: Call) -> Steps:
    """Only an idle session goes back."""
    del terms
    count = call.given.get("num_turns")
    if isinstance(count, int) and count < 1:
        answers: list[object] = [refused(INVALID_ROLLBACK)]
    elif at.slot is not None:
        answers = [refused(NOT_IDLE, "Cannot rollback while a turn is in progress.")]
    else:
        answers = [Done() if at.life == "open" else CLOSING]
    return [(at, each) for each in ([*answers, OVER] if at.life == "closed" else answers)]


def shutdown(terms: Terms, at: Standing, call: Call) -> Steps:
    """Begin the end, or join it; the call is over when the session is (F14)."""
    del terms, call
    if at.life == "closed":
        return [(at, None)]
    return [(closing(at), HALFWAY)] if at.life == "open" else []


def finished(terms: Terms, at: Standing, call: Call) -> Steps:
    """Wait for the end of a turn and tell it; None for a turn that was cleared or that there is not."""
    wanted = str(call.given.get("turn_id"))
    if at.slot is None:
        return _ended(terms, at, call, wanted)
    found: list[tuple[Standing, object]] = []
    for after, _, yes in which(terms, at, at.slot, wanted):
        found += [] if yes else _ended(terms, after, call, wanted)
    return found


def _ended(terms: Terms, at: Standing, call: Call, wanted: str) -> Steps:
    known: list[End] = [end for turn_id, end in at.ends if turn_id == wanted]
    found: list[tuple[Standing, object]] = [(at, _told(call, wanted, end)) for end in known]
    if not known:
        found.append((at, None))
        if wanted not in terms.started and wanted not in at.named:
            # One of the turns whose ids nobody was told.
            for turn_id, end in at.ends:
                if turn_id is None:
                    after = at._replace(named=at.named | {wanted}, ends=at.ends | {(wanted, end)})
                    found.append((after, _told(call, wanted, end)))
    elif terms.forgets:
        found.append((at, None))
    return found


def end_of(result: object) -> str | None:
    """Return how the turn ended whose terminal event this is; None if it is none."""
    if isinstance(result, TurnCompleted):
        return "completed"
    return result.reason if isinstance(result, TurnAborted) else None


def _told(call: Call, turn_id: str, end: End) -> object:
    """The terminal event: as the caller had it, if it is one of that kind and turn."""
    result = call.result
    if end_of(result) == end and claimed(call, "turn_id") == turn_id:
        return result
    return TurnCompleted(turn_id=turn_id) if end == "completed" else TurnAborted(turn_id=turn_id, reason=end)
