"""Instances of a machine on a projected table: ends are remembered, other views can take over."""

from __future__ import annotations

from turnfold.core.lifecycle import CallPhase, Machine, TurnPhase, alphabet, project
from turnfold.events import (
    AbortBegan,
    AbortUnwound,
    ApprovalRequested,
    ExecBegan,
    ScopesCancelled,
    ToolCallOutput,
    ToolCallRequested,
    TurnAborted,
    TurnCompleted,
    TurnStarted,
)
from turnfold.replay.instances import Instances

SEEN = {TurnStarted, TurnCompleted, TurnAborted}


def test_an_end_is_remembered() -> None:
    """After its terminal a turn is ENDED, not unknown: a second terminal can be told from one without a start."""
    turns = Instances(project(Machine.TURN, SEEN))
    assert turns.step("a", TurnStarted, 3)
    assert turns.step("a", TurnCompleted, 9)
    assert {TurnPhase.ENDED} == turns.phases("a")
    assert 9 == turns.since("a")
    assert not turns.step("a", TurnAborted, 10)
    assert TurnPhase.NONE in turns.phases("b")
    assert 0 == turns.since("b")


def test_a_refused_event_changes_nothing() -> None:
    """A refusal leaves phase and line as they were."""
    turns = Instances(project(Machine.TURN, SEEN))
    turns.step("a", TurnStarted, 3)
    before = turns.phases("a")
    assert not turns.step("a", TurnStarted, 4)
    assert (before, 3) == (turns.phases("a"), turns.since("a"))


def test_what_is_open_is_told_apart_from_what_may_have_ended() -> None:
    """Where every event shows, a requested call is open; where closings are hidden it may be closed."""
    exact = Instances(project(Machine.CALL, alphabet(Machine.CALL)))
    partial = Instances(project(Machine.CALL, {ToolCallRequested, ToolCallOutput}))
    for calls in (exact, partial):
        calls.step("c", ToolCallRequested, 5)
    assert 5 == exact.since("c")
    assert {CallPhase.REQUESTED} == exact.phases("c")
    assert {CallPhase.REQUESTED, CallPhase.NONE} <= partial.phases("c")


def test_another_view_takes_over() -> None:
    """When a producer that shows less goes on with a log, instances keep what is known and widen to what may be."""
    full = Instances(project(Machine.CALL, alphabet(Machine.CALL)))
    full.step("c", ToolCallRequested, 1)
    full.step("c", ApprovalRequested, 2)
    full.step("d", ToolCallRequested, 3)
    full.step("d", ToolCallOutput, 4)
    partial = Instances(project(Machine.CALL, {ToolCallRequested, ToolCallOutput}), before=full)
    assert CallPhase.WAITING in partial.phases("c")
    assert 2 == partial.since("c")
    assert partial.step("c", ToolCallOutput, 6)
    assert {CallPhase.DONE} == partial.phases("d")


def test_an_abort_that_began_is_not_forgotten_by_a_narrower_view() -> None:
    """A turn that was aborting when the view changed can only end as aborted."""
    full = Instances(project(Machine.TURN, alphabet(Machine.TURN)))
    full.step("a", TurnStarted, 1)
    full.step("a", AbortBegan, 2)
    narrow = Instances(project(Machine.TURN, SEEN), before=full)
    assert not narrow.may("a", TurnCompleted)
    assert narrow.step("a", TurnAborted, 3)


def test_a_step_that_was_left_out_is_refused_once() -> None:
    """After a refusal an instance can be put where the event leads; what follows from there is legal."""
    turns = Instances(project(Machine.TURN, alphabet(Machine.TURN)))
    turns.step("a", TurnStarted, 1)
    assert not turns.step("a", AbortUnwound, 2)
    turns.catch_up("a", AbortUnwound, 2)
    assert {TurnPhase.UNWOUND} == turns.phases("a")
    assert 2 == turns.since("a")
    assert turns.step("a", TurnAborted, 3)
    assert {TurnPhase.ENDED} == turns.phases("a")
    turns.step("b", TurnStarted, 4)
    turns.catch_up("b", TurnAborted, 5)
    assert {TurnPhase.ENDED} == turns.phases("b")


def test_nothing_is_put_back() -> None:
    """A step that lies behind an instance, and an event that leads nowhere, leave it where it is."""
    turns = Instances(project(Machine.TURN, alphabet(Machine.TURN)))
    for at, kind in enumerate((TurnStarted, AbortBegan, ScopesCancelled, AbortUnwound), start=1):
        turns.step("a", kind, at)
    for kind in (ScopesCancelled, ToolCallOutput):
        turns.catch_up("a", kind, 9)
        assert {TurnPhase.UNWOUND} == turns.phases("a")
        assert 4 == turns.since("a")


def test_where_an_event_leads_to_several_phases_those_ahead_are_possible() -> None:
    """A command that begins may be the first or the retry; behind a denial only the retry is left."""
    calls = Instances(project(Machine.CALL, alphabet(Machine.CALL)))
    calls.step("c", ToolCallRequested, 1)
    calls.catch_up("c", ExecBegan, 2)
    assert {CallPhase.RUNNING, CallPhase.RETRYING} == calls.phases("c")
