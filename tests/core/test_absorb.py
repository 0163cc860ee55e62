"""What events tell a state besides moving its machines."""

from __future__ import annotations

import pytest

from tests.core.decide.telling import after
from tests.stateful.alphabet import opened
from tests.stateful.core_search import steps
from turnfold import events as ev
from turnfold.core import Behaviour, Mail, State
from turnfold.events import Event

ANSWER = ev.MessageRecorded(role="assistant", phase="final_answer")


def told(state: State, *later: Event) -> State:
    """Return the state after *later*."""
    for _, _, after_ in steps(state, later):
        state = after_
    return state


def test_a_final_answer_closes_the_mailbox_of_the_turn() -> None:
    """Mail that comes after it waits for the next turn; a commentary or the user's words close nothing."""
    running = after("start:t")
    assert told(running, ANSWER).answered
    assert not told(running, ev.MessageRecorded(role="assistant", phase="commentary")).answered
    assert not told(running, ev.MessageRecorded(role="user")).answered


@pytest.mark.parametrize(
    "later",
    [
        ev.TurnSteered(turn_id="t", input_id="i", text="hi"),
        ev.ToolCallRequested(call_id="c", call_type="function_call"),
        ev.TurnCompleted(turn_id="t"),
    ],
)
def test_more_to_do_opens_it_again(later: Event) -> None:
    """New input and a call go back to the model; the next turn begins with an open mailbox."""
    state = told(after("start:t"), ANSWER, later)
    if state.turn is None:
        state = told(state, ev.TurnStarted(turn_id="u"))
    assert not state.answered


def test_an_answer_before_input_that_waits_is_not_the_last() -> None:
    """The turn goes on with the input that it has accepted."""
    steered = ev.TurnSteered(turn_id="t", input_id="i", text="hi")
    assert not told(after("start:t"), steered, ANSWER).answered


def test_mail_waits_until_it_is_recorded() -> None:
    """In the order in which it came, and each piece leaves by itself; a log may record mail that it never received."""
    state = told(
        opened(),
        ev.MailReceived(mail_id="m1", text="hi", sender="kin"),
        ev.MailReceived(mail_id="m2", trigger_turn=True),
    )
    second = Mail("m2", trigger_turn=True, sender=None, text=None)
    assert (Mail("m1", trigger_turn=False, sender="kin", text="hi"), second) == state.mail
    assert (second,) == told(state, ev.MailRecorded(mail_id="m1")).mail
    assert () == told(opened(), ev.MailRecorded(mail_id="m1")).mail


def test_review_mode_belongs_to_a_turn() -> None:
    """The turn knows that it is reviewing until it leaves the mode."""
    reviewing = told(after("start:t"), ev.ReviewModeEntered(hint="look"))
    assert reviewing.turn is not None
    assert reviewing.turn.reviewing
    left = told(reviewing, ev.ReviewModeExited())
    assert left.turn is not None
    assert not left.turn.reviewing


def test_a_call_knows_its_review() -> None:
    """From the review's start to its end; the review of a call that nobody requested is nobody's."""
    reviewing = told(after("start:t call:c"), ev.ReviewStarted(review_id="r", call_id="c"))
    assert "r" == reviewing.calls["c"].review_id
    ended = told(reviewing, ev.ReviewEnded(review_id="r", call_id="c", status="approved"))
    assert None is ended.calls["c"].review_id
    assert {} == told(after("start:t"), ev.ReviewStarted(review_id="r")).calls


def test_the_configuration_says_how_a_session_behaves() -> None:
    """A log says it, so that a replay takes the same paths; a later configuration replaces it."""
    told_ = ev.SessionConfigured(session_id="s", interrupt_marker=False, grace_ms=5, while_aborting="queue")
    state = told(opened(), told_)
    assert Behaviour(interrupt_marker=False, grace_ms=5, while_aborting="queue") == state.behaviour
    assert Behaviour() == told(state, ev.SessionConfigured(session_id="s")).behaviour
