"""Random sequences of commands, with random events to record: wilder than the search, without its bounds."""

from __future__ import annotations

from typing import Any, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.histories import make
from tests.stateful.alphabet import WRONG, commands, of_engine, opened, resume
from tests.stateful.claims import CLAIMS, TERMINALS, all_of
from tests.stateful.core_search import at_rest, resumed
from turnfold.core import INITIAL, INVISIBLE, SessionPhase, State
from turnfold.core.commands import Command, Record, Shutdown
from turnfold.core.decide import decide, is_aborting
from turnfold.events import EVENTS, Event, SessionResumed, TurnAborted, TurnReserved, TurnStarted

KINDS = [kind for kind in EVENTS if kind not in INVISIBLE]

check = all_of(*CLAIMS)


@st.composite
def any_event(draw: st.DrawFn, state: State) -> Event:
    """Draw an event of any type; its ids are right, wrong or absent."""
    kind = draw(st.sampled_from(KINDS))
    pool: dict[str, list[str]] = {
        "turn_id": [] if state.turn is None else [state.turn.turn_id],
        "call_id": [*state.calls, "c2"],
        "approval_id": [*state.approvals, "a2"],
        "run_id": [*state.hook_runs, "h2"],
        "input_id": [entry.input_id or "" for entry in state.inputs],
    }
    fields: dict[str, object] = {}
    for name, field in attrs.fields_dict(cast("Any", kind)).items():
        if name in pool:
            wrong: list[str | None] = [WRONG] if field.default is attrs.NOTHING else [WRONG, None]
            fields[name] = draw(st.sampled_from([*pool[name], *wrong]))
    return make(kind, **fields)


@st.composite
def records(draw: st.DrawFn, state: State) -> Record:
    """Draw something to put on record."""
    told = draw(st.lists(any_event(state), min_size=1, max_size=3))
    turn_id = None if state.turn is None else state.turn.turn_id
    return Record(
        events=tuple(told),
        turn_id=draw(st.sampled_from([turn_id, None, WRONG])),
        abort_by=draw(st.sampled_from([None, None, "hook"])),
    )


@st.composite
def any_command(draw: st.DrawFn, state: State) -> Command:
    """Draw a command: of anybody, of the engine (so that turns get somewhere), or something to record."""
    if len(state.inputs) > 3 or draw(st.integers(0, 3)) == 0:
        return draw(records(state))
    menu = of_engine(state) if draw(st.integers(0, 2)) == 0 else commands(state)
    return draw(st.sampled_from(list(menu)))


def one_end_each(told: list[Event]) -> None:
    """Check that starts and terminal events take turns and agree on the id (F7, F14)."""
    running: str | None = None
    for event in told:
        if isinstance(event, TurnStarted):
            assert None is running
            running = event.turn_id
        elif isinstance(event, TERMINALS):
            assert running == event.turn_id
            running = None


@pytest.mark.covers("F5", "F6", "F7", "F10", "F11", "F13", "F14", "F15")
@given(st.data(), st.booleans(), st.sampled_from(["refuse", "queue"]))
def test_every_decision_is_legal_and_keeps_the_order(
    data: st.DataObject, marker: bool, while_aborting: str
) -> None:
    """However commands follow each other: what is decided folds, refusals change nothing, each claim holds.

    And the whole log has one end for every start; from where it stops, the session can be shut down and resumed.
    """
    state = opened(marker=marker, while_aborting=while_aborting)
    told: list[Event] = []
    for _ in range(data.draw(st.integers(0, 40), label="commands")):
        command = data.draw(any_command(state))
        decision = decide(state, command)
        check(state, command, decision)
        told += decision.events
        state = decision.state
    one_end_each(told)
    if state.session is not SessionPhase.CLOSED:
        assert SessionPhase.CLOSED is at_rest(decide(at_rest(state), Shutdown()).state).session
    assert None is resumed(state, resume(state)).turn


@given(st.data())
def test_a_session_without_identity_takes_nothing(data: st.DataObject) -> None:
    """Before it is opened every command but `Open` is refused, and leaves no event."""
    command = data.draw(
        st.sampled_from([each for each in commands(INITIAL) if type(each).__name__ != "Open"])
    )
    decision = decide(INITIAL, command)
    check(INITIAL, command, decision)
    assert () == decision.events


@pytest.mark.covers("F11")
@given(st.data())
def test_no_turn_begins_by_itself_in_an_ending_session(data: st.DataObject) -> None:
    """After `shutdown_began` nothing takes the slot, whatever is queued, until a later process resumes."""
    state = decide(opened(while_aborting="queue"), Shutdown()).state
    told: list[Event] = []
    for _ in range(data.draw(st.integers(1, 20), label="commands")):
        decision = decide(state, data.draw(any_command(state)))
        told += decision.events
        state = decision.state
    ending = told[: next((at for at, event in enumerate(told) if isinstance(event, SessionResumed)), None)]
    assert not any(isinstance(event, TurnReserved | TurnStarted | TurnAborted) for event in ending)
    assert not is_aborting(state) or len(ending) < len(told)
