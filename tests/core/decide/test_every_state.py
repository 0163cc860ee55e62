"""Every state that a small alphabet of commands reaches, and every command of it in each: an exhaustive search.

Bounds: one input, one mail, one call, one question, one hook run, one network target and review mode, no more than
so many of them open at once; ids of turns that are right, fresh and wrong. Beyond that nothing is left out: every
order, every phase. That states which differ in ids alone count as one loses nothing: `tests/replay/search` shows it.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache

import attrs
import pytest

from tests.stateful.core_search import at_rest, left_alone, resumed
from turnfold.core import SessionPhase, State, TurnPhase
from turnfold.core.commands import BeginTurn, Command, Interrupt, Shutdown, Submit
from turnfold.core.decide import Decision, decide, is_aborting
from turnfold.core.results import Started
from turnfold.events import TurnAborted
from turnfold.replay.search.session import (
    CHECKS,
    PROMISES,
    Bounds,
    Decided,
    Promise,
    SessionSearched,
    canonical,
    must,
    opened,
    replayed,
    resume,
    search_promise,
    search_session,
    session_check,
)

CONFIGURED = [(True, "refuse"), (False, "queue")]
"""Marker on or off, and what becomes of input during an abort."""


@attrs.frozen
class Seen:
    """What a search saw, and where a process could be killed: the states between the events of one decision."""

    searched: SessionSearched
    torn: tuple[State, ...]


@cache
def seen(marker: bool, while_aborting: str, count: int = 1) -> Seen:
    """Search once for all tests; every check is made on the way."""
    torn: dict[Hashable, State] = {}

    def watch(before: State, _command: Command, decision: Decision) -> None:
        for _, _, after in replayed(before, decision.events[:-1]):
            torn.setdefault(canonical(after), after)

    searched = search_session(
        opened(marker=marker, while_aborting=while_aborting), bounds=Bounds(together=count), watch=watch
    )
    return Seen(searched, tuple(torn.values()))


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
    submit = Submit(submission_id="s", input_id="new", turn_id="v", text="hi")
    assert isinstance(decide(state, submit).result, Started)


def holds(searched: SessionSearched) -> None:
    """Check that a search saw everything within its bounds, and that every check of the product held."""
    assert None is searched.failure, searched.failure
    assert searched.claim.complete
    assert tuple(check.name for check in CHECKS) == searched.claim.properties


@pytest.mark.covers("F5", "F6", "F7", "F8", "F9", "F10", "F11", "F13", "F14", "F15")
@pytest.mark.parametrize(("marker", "while_aborting"), CONFIGURED)
def test_every_claim_holds_in_every_state(marker: bool, while_aborting: str) -> None:
    """What is decided is legal, refusals change nothing, and the order of turns and aborts is kept, everywhere."""
    searched = seen(marker, while_aborting).searched
    holds(searched)
    assert searched.states >= 500
    assert searched.transitions >= 30_000
    assert searched.depth >= 11
    phases = {state.turn.phase for state in searched.reached() if state.turn is not None}
    # Without a marker nothing has to be durable before the end.
    needless = set[TurnPhase]() if marker else {TurnPhase.MARKED, TurnPhase.FLUSHED}
    assert set(TurnPhase) - {TurnPhase.NONE, TurnPhase.ENDED} - needless == phases
    assert set(SessionPhase) - {SessionPhase.NEW} == {state.session for state in searched.reached()}


@pytest.mark.slow
@pytest.mark.covers("F5", "F6", "F7", "F8", "F9", "F10", "F11", "F13", "F14", "F15")
def test_every_claim_holds_with_two_things_open() -> None:
    """The same for states with two things open at once, of whatever sorts."""
    searched = search_session(bounds=Bounds(together=2))
    holds(searched)
    assert searched.states >= 3000
    assert searched.transitions >= 200_000
    assert searched.depth >= 13


@pytest.mark.covers("F5", "F7")
@pytest.mark.parametrize(("marker", "while_aborting"), CONFIGURED)
def test_every_abort_comes_home(marker: bool, while_aborting: str) -> None:
    """From each phase of an abort, whatever is open, the engine's own work leads to an idle or closed session."""
    aborting = [state for state in seen(marker, while_aborting).searched.reached() if is_aborting(state)]
    assert len(aborting) >= 200
    for state in aborting:
        goes_home(state)


@pytest.mark.covers("F5", "F7", "F14", "F15")
@pytest.mark.parametrize("promise", PROMISES, ids=[promise.name for promise in PROMISES])
@pytest.mark.parametrize(("marker", "while_aborting"), CONFIGURED)
def test_what_has_begun_ends_in_every_order(marker: bool, while_aborting: str, promise: Promise) -> None:
    """Aborts and shutdowns end and turns begin, in whatever order effects end and with a client's word in between."""
    found = search_promise(promise, seen(marker, while_aborting).searched, commands_max=1)
    assert None is found.failure, found.failure
    assert found.claim.complete
    assert found.starts >= 10


@pytest.mark.covers("F1", "F14")
@pytest.mark.parametrize(("marker", "while_aborting"), CONFIGURED)
def test_every_state_can_be_interrupted_and_shut_down(marker: bool, while_aborting: str) -> None:
    """An interrupt leaves no turn behind, and after a shutdown the session closes by itself, from every state."""
    for state in seen(marker, while_aborting).searched.reached():
        interrupted = decide(state, Interrupt()).state
        assert interrupted.turn is None or is_aborting(interrupted)
        ending = decide(at_rest(state), Shutdown()).state
        assert SessionPhase.CLOSED is at_rest(ending).session


@pytest.mark.parametrize(("marker", "while_aborting"), CONFIGURED)
def test_a_session_goes_on_from_every_log(marker: bool, while_aborting: str) -> None:
    """Wherever a process is killed, between decisions or within one, the next one resumes and takes input.

    Input that waited for a turn without a task stays accepted (law 6).
    """
    found = seen(marker, while_aborting)
    assert len(found.torn) >= 50
    for state in (*found.searched.reached(), *found.torn):
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

    @session_check(kinds=[TurnAborted], commands=[Interrupt])
    def no_abort(decided: Decided) -> None:
        """No turn is ever aborted."""
        must(not is_aborting(decided.after), "an abort began")

    failure = search_session(checks=(*CHECKS, no_abort)).failure
    assert failure is not None
    assert [Submit, BeginTurn, Interrupt] == [type(command) for command in failure.commands]
    assert "an abort began" in str(failure)
