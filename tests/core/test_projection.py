"""Projections: what a log that shows only some event types can still be blamed for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnfold import events as ev
from turnfold.core import (
    ENDS,
    EVENT_TRIGGERED,
    FIRST,
    CallPhase,
    Legality,
    Machine,
    Phase,
    Possible,
    Projection,
    TurnPhase,
    alphabet,
    project,
    resting_places,
)
from turnfold.events import EVENTS, Event

ROLLOUT = (
    ev.SessionMetaRecorded,
    ev.TurnStarted,
    ev.TurnCompleted,
    ev.TurnAborted,
    ev.UserInputRecorded,
    ev.MessageRecorded,
    ev.ToolCallRequested,
    ev.ToolCallOutput,
    ev.ExecEnded,
    ev.HistoryRolledBack,
    ev.TurnContextRecorded,
)
"""Much of what a rollout of Codex shows: no hooks, no approvals, no phases of an abort."""

CAPTURE = (
    *ROLLOUT,
    ev.HookStarted,
    ev.HookCompleted,
    ev.ApprovalRequested,
    ev.ApprovalResolved,
    ev.ExecBegan,
)
"""More of it, as a capture of the app-server does."""


def assert_sound(projection: Projection) -> None:
    """Walk table and projection side by side, through every pair of phases that some history leads to.

    There are finitely many pairs, so this is all histories of any length.
    """
    machine = projection.machine
    table = EVENT_TRIGGERED[machine]
    todo: list[tuple[Phase, Possible]] = [(FIRST[machine], projection.start)]
    seen = set(todo)
    while todo:
        phase, possible = todo.pop()
        assert phase in possible
        for kind, target in table[phase].items():
            then = projection.rows[possible][kind] if kind in projection.visible else possible
            pairs = {(FIRST[machine] if rest in ENDS else rest, then) for rest in resting_places(target)}
            todo.extend(pairs - seen)
            seen |= pairs


@pytest.mark.parametrize("visible", [ROLLOUT, CAPTURE, EVENTS, ()], ids=["rollout", "capture", "all", "none"])
@pytest.mark.parametrize("machine", Machine)
def test_every_legal_history_is_accepted_when_cut_down(
    machine: Machine, visible: tuple[type[Event], ...]
) -> None:
    """A projection raises no false alarm, at any depth."""
    assert_sound(project(machine, visible))


@given(st.sampled_from(Machine), st.frozensets(st.sampled_from(EVENTS)))
def test_every_choice_of_visible_types_is_sound(machine: Machine, visible: frozenset[type[Event]]) -> None:
    """So it is for whatever a dialect may show."""
    assert_sound(project(machine, visible))


@pytest.mark.parametrize("machine", Machine)
def test_seeing_everything_projects_the_table_onto_itself(machine: Machine) -> None:
    """With nothing hidden each point has one possible phase (but for joints), and the same legal types."""
    projection = project(machine, EVENTS)
    for possible, row in projection.rows.items():
        assert set(row) == {kind for phase in possible for kind in EVENT_TRIGGERED[machine][phase]}
        if machine is not Machine.NETWORK:
            assert 1 == len(possible)
        for kind in projection.visible:
            expected = [kind in EVENT_TRIGGERED[machine][phase] for phase in possible]
            legality = projection.legality(possible, kind)
            assert (legality is Legality.ALL) == all(expected)
            assert (legality is Legality.NONE) == (not any(expected))


def run(projection: Projection, *kinds: type[Event]) -> Possible:
    """Return the possible phases after a visible history."""
    possible = projection.start
    for kind in kinds:
        possible = projection.rows[possible][kind]
    return possible


def test_a_turn_in_a_rollout() -> None:
    """A rollout shows no phases of an abort: a running turn may be in any of them, and can end either way."""
    turn = project(Machine.TURN, ROLLOUT)
    running = run(turn, ev.TurnStarted)
    assert TurnPhase.MARKED in running
    assert Legality.ALL is turn.legality(running, ev.TurnAborted)
    assert Legality.SOME is turn.legality(running, ev.TurnCompleted)
    over = run(turn, ev.TurnStarted, ev.TurnAborted)
    assert turn.start == over
    assert Legality.NONE is turn.legality(over, ev.TurnCompleted)
    assert ev.TurnCompleted not in turn.rows[over]


def test_overlapping_turns_in_a_rollout() -> None:
    """A second start before the first turn's end is illegal, whatever was not seen; after it, legal."""
    session = project(Machine.SESSION, ROLLOUT)
    in_turn = run(session, ev.SessionMetaRecorded, ev.TurnStarted)
    assert ev.TurnStarted not in session.rows[in_turn]
    assert ev.HistoryRolledBack not in session.rows[in_turn]
    assert in_turn == run(session, ev.SessionMetaRecorded, ev.TurnStarted, ev.TurnCompleted, ev.TurnStarted)


def test_a_call_in_a_rollout() -> None:
    """Requested and answered with nothing seen between is legal; an answer without a request is not."""
    call = project(Machine.CALL, ROLLOUT)
    assert ev.ToolCallOutput not in call.rows[call.start]
    asked = run(call, ev.ToolCallRequested)
    assert {CallPhase.WAITING, CallPhase.RUNNING, CallPhase.NONE} < asked
    assert call.start == run(call, ev.ToolCallRequested, ev.ToolCallOutput)


def test_projections_are_made_once() -> None:
    """The same visible types give the same object, whatever other machines' types are named with them."""
    turn_types = frozenset(ROLLOUT) & alphabet(Machine.TURN)
    assert project(Machine.TURN, ROLLOUT) is project(Machine.TURN, turn_types)
