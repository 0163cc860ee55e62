"""Results and their texts, and that a session can be read back from its log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stateful.alphabet import commands, of_engine
from turnfold import events as ev
from turnfold.core import INITIAL, State, fold
from turnfold.core.commands import Open
from turnfold.core.decide import decide
from turnfold.core.results import BAD_REQUEST, MESSAGES, Refused
from turnfold.events import Envelope, Event, decode, encode


@pytest.mark.covers("F9")
def test_the_texts_of_refused_steers() -> None:
    """Facts on the wire, to the letter."""
    assert "no active turn to steer" == MESSAGES[ev.NO_ACTIVE_TURN]
    assert "turn abort is still in progress" == MESSAGES[ev.TURN_ABORT_IN_PROGRESS]
    found = MESSAGES[ev.EXPECTED_TURN_MISMATCH].format(expected="X", actual="Y")
    assert "expected active turn id `X` but found `Y`" == found
    assert "cannot steer a review turn" == MESSAGES[ev.ACTIVE_TURN_NOT_STEERABLE].format(kind="review")
    assert "input must not be empty" == MESSAGES[ev.EMPTY_INPUT]


def test_a_refusal_is_a_bad_request_unless_it_says_more() -> None:
    """The code that clients know; only a turn that cannot be steered has another one."""
    assert BAD_REQUEST == Refused(reason="x", message="y").code


@pytest.mark.covers("G3")
@given(st.data())
def test_a_log_is_read_back_to_the_same_state(data: st.DataObject) -> None:
    """Whatever a session decides, written and read again, folds to the state that it was in, at every step."""
    told: list[Event] = []
    states: list[tuple[int, State]] = []
    state = INITIAL
    opening = Open(
        identity=ev.SessionMetaRecorded(session_id="s"),
        configuration=ev.SessionConfigured(session_id="s", while_aborting="queue", grace_ms=5),
    )
    for turn in range(data.draw(st.integers(1, 25), label="commands")):
        menu = [opening] if turn == 0 else list((of_engine if turn % 3 == 0 else commands)(state))
        if len(state.inputs) > 3:
            break
        decision = decide(state, data.draw(st.sampled_from(menu)))
        told += decision.events
        state = decision.state
        states.append((len(told), state))
    written = [encode(Envelope(seq=seq, event=event)) for seq, event in enumerate(told)]
    for count, expected in states:
        assert expected == fold(decode(line) for line in written[:count])
