"""Every state that a small alphabet of commands reaches, and every command of it in each: an exhaustive search.

Bounds: one input, one mail, one call, one question, one hook run, one network target and review mode, no more than
so many of them open at once; two turn ids by turns. Beyond that nothing is left out: every order, every phase,
every wrong id.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache

import attrs
import pytest

from tests.stateful.alphabet import at_most, commands, fresh_input, opened, resume
from tests.stateful.claims import CLAIMS, all_of, folds
from tests.stateful.core_search import (
    Broken,
    Explored,
    at_rest,
    explore,
    key,
    left_alone,
    resumed,
    steps,
)
from turnfold.core import SessionPhase, State, TurnPhase
from turnfold.core.commands import BeginTurn, Command, Interrupt, Shutdown, Submit
from turnfold.core.decide import Decision, decide, is_aborting
from turnfold.core.results import Started
from turnfold.events import TurnAborted

CONFIGURED = [(True, "refuse"), (False, "queue")]
"""Marker on or off, and what becomes of input during an abort."""


@attrs.frozen
class Searched:
    """What a search saw, and where a process could be killed: the states between the events of one decision."""

    explored: Explored
    torn: tuple[State, ...]


@cache
def searched(marker: bool, while_aborting: str, count: int = 1) -> Searched:
    """Search once for all tests; every claim is checked on the way."""
    torn: dict[Hashable, State] = {}
    claims = all_of(*CLAIMS)

    def check(before: State, command: Command, decision: Decision) -> None:
        claims(before, command, decision)
        for _, _, after in steps(before, decision.events[:-1]):
            torn.setdefault(key(after), after)

    explored = explore(opened(marker=marker, while_aborting=while_aborting), commands, at_most(count), check)
    return Searched(explored, tuple(torn.values()))


def goes_home(state: State) -> None:
    """Check that an abort which runs in *state* ends by the engine's own work, with one terminal event."""
    decisions = list(left_alone(state))
    told = [event for decision in decisions for event in decision.events]
    assert 1 == sum(isinstance(event, TurnAborted) for event in told)
    home = decisions[-1].state
    assert None is home.turn
    assert home.session in {SessionPhase.IDLE, SessionPhase.CLOSED}
    assert ({}, {}, {}) == (home.calls, home.approvals, home.hook_runs)


def takes_input(state: State) -> None:
    """Check that an idle session starts a turn for new input."""
    submit = Submit(submission_id="s", input_id=fresh_input(state), turn_id="v", text="hi")
    assert isinstance(decide(state, submit).result, Started)


@pytest.mark.covers("F5", "F6", "F7", "F8", "F9", "F10", "F11", "F13", "F14", "F15")
@pytest.mark.parametrize(("marker", "while_aborting"), CONFIGURED)
def test_every_claim_holds_in_every_state(marker: bool, while_aborting: str) -> None:
    """What is decided is legal, refusals change nothing, and the order of turns and aborts is kept, everywhere."""
    explored = searched(marker, while_aborting).explored
    assert len(explored.nodes) >= 1000
    assert explored.transitions >= 60_000
    assert explored.depth >= 12
    phases = {node.state.turn.phase for node in explored.nodes if node.state.turn is not None}
    # Without a marker nothing has to be durable before the end.
    needless = set[TurnPhase]() if marker else {TurnPhase.MARKED, TurnPhase.FLUSHED}
    assert set(TurnPhase) - {TurnPhase.NONE, TurnPhase.ENDED} - needless == phases
    assert set(SessionPhase) - {SessionPhase.NEW} == {node.state.session for node in explored.nodes}


@pytest.mark.slow
@pytest.mark.covers("F5", "F6", "F7", "F8", "F9", "F10", "F11", "F13", "F14", "F15")
def test_every_claim_holds_with_two_things_open() -> None:
    """The same for states with two things open at once, of whatever sorts."""
    explored = searched(marker=True, while_aborting="refuse", count=2).explored
    assert len(explored.nodes) >= 6000
    assert explored.transitions >= 380_000
    assert explored.depth >= 14


@pytest.mark.covers("F5", "F7")
@pytest.mark.parametrize(("marker", "while_aborting"), CONFIGURED)
def test_every_abort_comes_home(marker: bool, while_aborting: str) -> None:
    """From each phase of an abort, whatever is open, the engine's own work leads to an idle or closed session."""
    aborting = [
        node.state for node in searched(marker, while_aborting).explored.nodes if is_aborting(node.state)
    ]
    assert len(aborting) >= 400
    for state in aborting:
        goes_home(state)


@pytest.mark.covers("F1", "F14")
@pytest.mark.parametrize(("marker", "while_aborting"), CONFIGURED)
def test_every_state_can_be_interrupted_and_shut_down(marker: bool, while_aborting: str) -> None:
    """An interrupt leaves no turn behind, and after a shutdown the session closes by itself, from every state."""
    for node in searched(marker, while_aborting).explored.nodes:
        interrupted = decide(node.state, Interrupt()).state
        assert interrupted.turn is None or is_aborting(interrupted)
        ending = decide(at_rest(node.state), Shutdown()).state
        assert SessionPhase.CLOSED is at_rest(ending).session


@pytest.mark.parametrize(("marker", "while_aborting"), CONFIGURED)
def test_a_session_goes_on_from_every_log(marker: bool, while_aborting: str) -> None:
    """Wherever a process is killed, between decisions or within one, the next one resumes and takes input.

    Input that waited for a turn without a task stays accepted (law 6).
    """
    found = searched(marker, while_aborting)
    assert len(found.torn) >= 100
    for state in (*(node.state for node in found.explored.nodes), *found.torn):
        again = resumed(state, resume(state))
        assert (None, {}, {}, {}) == (again.turn, again.calls, again.approvals, again.hook_runs)
        assert {None} >= {entry.turn_id for entry in again.inputs}
        kept = {entry.input_id for entry in state.inputs if entry.turn_id is None}
        if state.turn is not None and state.turn.phase is TurnPhase.RESERVED:
            kept |= {entry.input_id for entry in state.inputs if entry.turn_id == state.turn.turn_id}
        assert kept <= {entry.input_id for entry in again.inputs}
        takes_input(again)


def test_a_failed_claim_comes_with_the_shortest_way_to_it() -> None:
    """The counter-example of a search is a list of commands, no shorter one exists."""

    def no_abort(before: State, command: Command, decision: Decision) -> None:
        folds(before, command, decision)
        assert not is_aborting(decision.state), "an abort began"

    with pytest.raises(Broken) as caught:
        explore(opened(), commands, at_most(1), no_abort)
    assert [Submit, BeginTurn, Interrupt] == [type(command) for command in caught.value.way]
    assert "an abort began" in str(caught.value)
