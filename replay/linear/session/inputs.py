"""What becomes of input: submitted, steered, mailed; and of turns that a client starts as such."""

from turnfold.core.results import NOT_IDLE, Done, Queued, Refused, Started, Steered
from turnfold.events import (
    ACTIVE_TURN_NOT_STEERABLE,
    EMPTY_INPUT,
    EXPECTED_TURN_MISMATCH,
    NO_ACTIVE_TURN,
    TURN_ABORT_IN_PROGRESS,
)
from turnfold.replay.linear.calls import Call
from turnfold.replay.linear.model import HALFWAY
from turnfold.replay.linear.session.moves import aborted, freed, reserved, started_by_itself
from turnfold.replay.linear.session.standing import Slot, Standing
from turnfold.replay.linear.session.terms import (
    CLOSING,
    OVER,
    SOME_INPUT,
    SOME_TURN,
    Steps,
    Terms,
    actual_turn_of,
    claimed,
    identified,
    is_empty,
    refused,
    which,
    with_input,
)

UNSTEERABLE = ("review", "compact")


def _closed(at: Standing, refusal: Refused, call: Call) -> Steps:
    """A session that is over answers as it stands, or not at all."""
    found: list[tuple[Standing, object]] = [(at, with_input(refusal, call))]
    if at.life == "closed":
        found.append((at, with_input(OVER, call)))
    return found


def _kind(slot: Slot) -> Refused:
    refusal = refused(ACTIVE_TURN_NOT_STEERABLE, kind=slot.kind)
    return Refused(
        reason=refusal.reason, message=refusal.message, code=ACTIVE_TURN_NOT_STEERABLE, turn_kind=slot.kind
    )


def _steered(terms: Terms, at: Standing, slot: Slot, call: Call) -> Steps:
    at, _, turn_id = identified(terms, at, slot, claimed(call, "turn_id"))
    return [(at, Steered(turn_id=turn_id, input_id=claimed(call, "input_id") or SOME_INPUT))]


def submit(terms: Terms, at: Standing, call: Call) -> Steps:
    """A session that ends, then an abort, then empty input, refuse; then the turn in the slot has its say (F10)."""
    if at.life != "open":
        return _closed(at, CLOSING, call)
    slot = at.slot
    aborting = slot is not None and slot.phase == "aborting"
    if aborting and not terms.queue:
        return [(at, with_input(refused(TURN_ABORT_IN_PROGRESS), call))]
    if is_empty(call):
        return [(at, with_input(refused(EMPTY_INPUT), call))]
    input_id = claimed(call, "input_id") or SOME_INPUT
    if slot is None:
        turn_id = claimed(call, "turn_id")
        told = Started(turn_id=turn_id or SOME_TURN, input_id=input_id)
        return [(reserved(at, turn_id), told)]
    if aborting:
        return [(at._replace(waiting=True), Queued(input_id=input_id))]
    if call.given.get("mode") == "start_if_idle":
        return [(at, with_input(refused(NOT_IDLE), call))]
    if slot.kind in UNSTEERABLE:
        return [(at, with_input(_kind(slot), call))]
    return _steered(terms, at, slot, call)


def steer(terms: Terms, at: Standing, call: Call) -> Steps:
    """The checks of F9, in their order."""
    slot = at.slot
    if slot is None:
        return _closed(at, refused(NO_ACTIVE_TURN), call)
    if slot.phase == "aborting":
        return [(at, with_input(refused(TURN_ABORT_IN_PROGRESS), call))]
    if slot.phase == "reserved":
        return [(at, with_input(refused(NO_ACTIVE_TURN), call))]
    wanted = call.given.get("expected_turn_id")
    if not isinstance(wanted, str):
        return _steered_into(terms, at, slot, call)
    found: list[tuple[Standing, object]] = []
    for after, turn, yes in which(terms, at, slot, wanted):
        found += (
            _steered_into(terms, after, turn, call) if yes else _other_turn(terms, after, turn, call, wanted)
        )
    return found


def _other_turn(terms: Terms, at: Standing, slot: Slot, call: Call, wanted: str) -> Steps:
    at, _, actual = identified(terms, at, slot, actual_turn_of(call))
    refusal = refused(EXPECTED_TURN_MISMATCH, expected=wanted, actual=actual)
    return [(at, with_input(refusal, call))]


def _steered_into(terms: Terms, at: Standing, slot: Slot, call: Call) -> Steps:
    if slot.kind in UNSTEERABLE:
        return [(at, with_input(_kind(slot), call))]
    if is_empty(call):
        return [(at, with_input(refused(EMPTY_INPUT), call))]
    return _steered(terms, at, slot, call)


def send_mail(_terms: Terms, at: Standing, call: Call) -> Steps:
    """Mail is taken until the session is over; mail that triggers starts a turn when there is none (F11)."""
    if at.life == "closed":
        return [(at, CLOSING), (at, OVER)]
    if call.given.get("trigger_turn"):
        at = at._replace(waiting=True)
    return [(started_by_itself(at), Done())]


def run_task(terms: Terms, at: Standing, call: Call) -> Steps:
    """A compaction or review replaces the turn that runs: the call goes on when that one's abort is over (F14)."""
    del terms
    parked = at.parked
    if call.began in parked:
        at = at._replace(parked=parked[1:])
    if at.life != "open":
        return [(at, CLOSING), (at, OVER)] if at.life == "closed" else [(at, CLOSING)]
    slot = at.slot
    if slot is not None and slot.phase != "reserved":
        return [(aborted(at._replace(parked=(*parked, call.began)), slot, "replaced"), HALFWAY)]
    if slot is not None:
        at = freed(at, slot, "cleared")
    turn_id = claimed(call, "turn_id")
    input_id = (claimed(call, "input_id") or SOME_INPUT) if call.given.get("text") else None
    return [(reserved(at, turn_id, call.op), Started(turn_id=turn_id or SOME_TURN, input_id=input_id))]
