"""Lines of the acceptance list that are about order alone: here the tables and the fold show them."""

from __future__ import annotations

import itertools

import pytest

from tests.core.histories import events, history
from tests.core.test_reduce import refuses, step
from turnfold.core import SessionPhase, State, TurnPhase, fold

ABORT = "abort:t cancel:t unwind:t mark:t flush"
"""An abort up to where only the terminal event is left."""

ABORTING = [" ".join(ABORT.split()[:count]) for count in range(1, 6)]
"""The same abort, stopped after each of its phases."""


def after(told: str) -> State:
    """Return the state after a history that begins with the identity record."""
    return fold(history(f"meta {told}"))


def illegal(state: State, words: str) -> list[str]:
    """Return those of the words that are illegal in *state*, each tried on its own."""
    return [word for word in words.split() if refuses(state, *events(word))]


@pytest.mark.covers("F5")
@pytest.mark.parametrize("abort", ABORTING)
def test_an_aborting_turn_keeps_the_slot_and_cannot_be_steered(abort: str) -> None:
    """Until its terminal event the turn is the active one; no steer is legal in any phase of its abort."""
    state = after(f"start:t {abort}")
    assert state.turn is not None
    assert ("t", "x") == (state.turn.turn_id, state.turn.abort_reason)
    attempts = "steer:t start:u reserve:u rollback done:t"
    assert attempts.split() == illegal(state, attempts)


@pytest.mark.covers("F5")
def test_whoever_reads_the_terminal_event_finds_the_session_idle() -> None:
    """The slot becomes free with `turn_aborted` itself: the next turn may start with the very next event."""
    state = after(f"start:t {ABORT} aborted:t")
    assert SessionPhase.IDLE is state.session
    assert state.turn is None
    assert [] == illegal(state, "start:u reserve:u rollback")


@pytest.mark.covers("F6")
@pytest.mark.parametrize("abort", ["", *ABORTING])
def test_waiters_are_dropped_after_the_terminal_event_only(abort: str) -> None:
    """While the turn is open, running or aborting, neither approvals nor other waiters can be dropped."""
    state = after(f"start:t ask:a {abort}")
    assert ["drop-ask:a", "drop:t"] == illegal(state, "drop-ask:a drop:t")
    if abort:
        # No fallback either: nobody answers, decides or drops input for the turn that is going away.
        assert ["answer:a", "decide:c", "drop-input:i"] == illegal(state, "answer:a decide:c drop-input:i")
    if abort == ABORT:
        ended = step(state, *events("aborted:t"))
        assert [] == illegal(ended, "drop-ask:a drop:t drop-input:i")
        # And the next turn does not begin before that.
        assert ["start:u", "reserve:u"] == illegal(ended, "start:u reserve:u")


@pytest.mark.covers("F7")
@pytest.mark.parametrize(
    ("first", "second"), list(itertools.product(("done:t", f"{ABORT} aborted:t"), repeat=2))
)
def test_a_turn_has_one_terminal_event(first: str, second: str) -> None:
    """Whatever ended a turn, nothing can end it again, and no abort of it can begin."""
    state = after(f"start:t {first}")
    assert second.split()[-1:] == illegal(state, second.rsplit(maxsplit=1)[-1])
    assert ["abort:t"] == illegal(state, "abort:t")


@pytest.mark.covers("F7")
def test_the_terminal_event_has_the_id_of_the_start() -> None:
    """A terminal event that names another turn is illegal."""
    assert ["done:u"] == illegal(after("start:t"), "done:u")
    assert ["aborted:u"] == illegal(after(f"start:t {ABORT}"), "aborted:u")


def test_a_marker_is_flushed_before_the_terminal_event() -> None:
    """Once the marker is recorded, `turn_aborted` waits until the log is durable, or could not be made so."""
    marked = after("start:t abort:t cancel:t unwind:t mark:t")
    assert ["aborted:t"] == illegal(marked, "aborted:t flush flush-failed")


def test_an_abort_is_marked_before_scopes_are_cancelled_and_waits_after() -> None:
    """Marked, all scopes cancelled, unwound: no phase can be taken before the one before it."""
    assert ["cancel:t", "unwind:t", "mark:t", "aborted:t"] == illegal(
        after("start:t"), "abort:t cancel:t unwind:t mark:t aborted:t"
    )
    assert ["abort:t", "unwind:t", "mark:t", "aborted:t"] == illegal(
        after("start:t abort:t"), "abort:t cancel:t unwind:t mark:t aborted:t"
    )


def test_a_reserved_turn_is_cleared_without_a_terminal_event() -> None:
    """A turn without tasks leaves no trace for clients; one that has started can't be cleared."""
    reserved = after("reserve:t")
    assert TurnPhase.RESERVED is (reserved.turn and reserved.turn.phase)
    assert ["done:t", "aborted:t", "abort:t"] == illegal(reserved, "done:t aborted:t abort:t")
    assert SessionPhase.IDLE is step(reserved, *events("clear:t")).session
    assert ["closed", "start:t"] == illegal(after("reserve:t closing"), "closed start:t clear:t")
    assert ["clear:t"] == illegal(after("start:t closing"), "clear:t")
    assert ["clear:t"] == illegal(after("start:t"), "clear:t")


@pytest.mark.covers("F10")
@pytest.mark.parametrize("abort", ABORTING)
def test_new_input_during_an_abort_creates_no_turn(abort: str) -> None:
    """It can be refused, which changes nothing, and can be neither recorded nor made a turn of."""
    state = after(f"start:t {abort}")
    assert ["input:t", "start:u", "reserve:u"] == illegal(state, "refuse:s input:t start:u reserve:u")
    refused = step(state, *events("refuse:s"))
    assert (state.turn, state.inputs, state.settings) == (refused.turn, refused.inputs, refused.settings)


@pytest.mark.covers("F12")
@pytest.mark.parametrize("abort", ABORTING)
def test_no_work_begins_once_the_turn_is_interrupted(abort: str) -> None:
    """No model request, no call, no command, no question."""
    attempts = "ask-model:t call:d ask:a exec:c"
    assert attempts.split() == illegal(after(f"start:t {abort}"), attempts)
    decided = after("start:t call:c decide:c abort:t")
    assert ["exec:c"] == illegal(decided, "exec:c")


@pytest.mark.covers("F14")
def test_a_replaced_turn_ends_before_the_next_starts() -> None:
    """`turn_aborted(old)` comes before `turn_started(new)`, in every phase that the old turn can be in."""
    for abort in ("", *ABORTING):
        assert ["start:u"] == illegal(after(f"start:t {abort}"), "start:u"), abort
    assert [] == illegal(after("start:t abort:t cancel:t unwind:t aborted:t"), "start:u")


@pytest.mark.covers("F14")
def test_a_shutdown_waits_for_the_turn_and_nothing_follows_it() -> None:
    """`shutdown_completed` is illegal while a turn is open and ends the log; no turn starts while closing."""
    for abort in ("", *ABORTING):
        assert ["closed", "start:u"] == illegal(after(f"start:t closing {abort}"), "closed start:u"), abort
    closed = after(f"start:t closing {ABORT} aborted:t closed")
    words = "start:u message refuse:s flush rollback input:t hook:r drop:t closing closed"
    assert words.split() == illegal(closed, words)


@pytest.mark.covers("F15")
def test_no_task_starts_in_a_turn_that_aborts_or_has_one() -> None:
    """A turn starts once: not while it runs, and not while it is aborted."""
    for abort in ("", *ABORTING):
        assert ["start:t"] == illegal(after(f"start:t {abort}"), "start:t"), abort
