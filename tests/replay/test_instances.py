"""Instances of a machine on a projected table: ends are remembered, other views can take over."""

from __future__ import annotations

from turnfold.core.lifecycle import CallPhase, Machine, TurnPhase, alphabet, project
from turnfold.events import (
    AbortBegan,
    ApprovalRequested,
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
