"""Histories of the kit: legal by construction, varied, and small when they shrink."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from tests.verified import findings_of, shown
from turnfold import events as ev
from turnfold.core import SEEN_BY, Machine, SessionPhase, edges, fold
from turnfold.core.lifecycle import EVENT_TRIGGERED
from turnfold.core.step import _instance  # pyright: ignore[reportPrivateUsage]
from turnfold.events import Event
from turnfold.replay.findings import Severity
from turnfold.replay.testing import FAMILIES, KINDS, History, histories, history_of
from turnfold.replay.testing.contents import candidates
from turnfold.replay.testing.histories import event_of, plan_of
from turnfold.replay.testing.telling import Telling

FEW = settings(max_examples=20)
"""Each example is judged by all rules, which takes most of the time."""

SLOWLY = (HealthCheck.filter_too_much, HealthCheck.too_slow)


@FEW
@given(histories())
def test_no_history_is_called_invalid(events: History) -> None:
    """What is drawn folds, and no rule finds a violation in the log that a recorder would write of it."""
    fold(events)
    violations = [each for each in findings_of(events) if each.severity is Severity.VIOLATION]
    assert [] == violations, shown(events)


@settings(max_examples=20)
@given(st.integers(0, 3), st.integers(0, 2), st.data())
def test_turns_and_aborts_are_there_as_many_as_wanted(turns: int, aborts: int, data: st.DataObject) -> None:
    """`turns_min` and `aborts_min` are kept to, and every turn that is over in a closed session has its terminal."""
    events = data.draw(histories(length_max=20, turns_min=turns, aborts_min=aborts, closed=True))
    told = [envelope.event for envelope in events]
    assert max(turns, aborts) <= sum(isinstance(event, ev.TurnStarted) for event in told)
    assert aborts <= sum(isinstance(event, ev.TurnAborted) for event in told)
    ends = sum(isinstance(event, ev.TurnAborted | ev.TurnCompleted) for event in told)
    assert ends == sum(isinstance(event, ev.TurnStarted) for event in told)
    assert SessionPhase.CLOSED is fold(events).session


@settings(max_examples=20)
@given(histories(at_rest=True))
def test_nothing_is_open_at_rest(events: History) -> None:
    """`at_rest` leaves no turn, call, question or hook run behind."""
    state = fold(events)
    assert (None, {}, {}, {}) == (state.turn, state.calls, state.approvals, state.hook_runs)


@settings(max_examples=20)
@given(histories(kinds=FAMILIES["turn"] | FAMILIES["input"]))
def test_only_the_types_that_are_wanted_are_drawn(events: History) -> None:
    """With *kinds*, all but the identity is of them."""
    wanted = FAMILIES["turn"] | FAMILIES["input"] | {ev.SessionMetaRecorded}
    assert {type(envelope.event) for envelope in events} <= wanted


def test_a_type_that_no_table_names_is_refused() -> None:
    """Asked for what it cannot make, it says so, and which type it is."""
    with pytest.raises(ValueError, match="no table of the lifecycle names UnknownRecorded"):
        histories(kinds=[ev.UnknownRecorded])
    with pytest.raises(ValueError, match="0 or more"):
        histories(turns_min=-1)


def least(kind: type[Event], *families: str, length_max: int = 12) -> list[str]:
    """The types of the least history with an event of *kind*, after the identity."""
    wanted = frozenset[type[Event]]().union(*(FAMILIES[family] for family in families))
    found = find(
        histories(length_max=length_max, kinds=wanted),
        lambda events: any(isinstance(envelope.event, kind) for envelope in events),
        settings=settings(
            max_examples=4000,
            derandomize=True,
            database=None,
            suppress_health_check=SLOWLY,
        ),
    )
    return [type(envelope.event).__name__ for envelope in found[1:]]


def test_a_history_shrinks_to_what_matters() -> None:
    """The least history with an aborted turn is the shortest way of the tables to it."""
    expected = ["TurnStarted", "AbortBegan", "ScopesCancelled", "AbortUnwound", "TurnAborted"]
    assert expected == least(ev.TurnAborted, "turn")


@pytest.mark.deep
def test_a_deep_history_shrinks_to_what_matters() -> None:
    """So it is for what comes late, and among many types."""
    expected = [
        "TurnStarted",
        "ToolCallRequested",
        "ToolDecisionRecorded",
        "ExecBegan",
        "ExecEnded",
        "SandboxDenied",
    ]
    assert expected == least(ev.SandboxDenied, "turn", "tool", "execution", length_max=40)


def test_a_history_prints_as_the_call_that_makes_it() -> None:
    """What Hypothesis prints can be pasted into a test."""
    events = history_of(ev.SessionMetaRecorded(session_id="s"), ev.TurnStarted(turn_id="t"))
    assert events == eval(repr(events), {"history_of": history_of, **vars(ev)})


@pytest.mark.deep
def test_every_type_and_nearly_every_row_of_the_tables_comes_up() -> None:
    """Walks of the kit meet every type of event, and at least 9 of 10 entries of the tables' rows."""
    chance, plan = random.Random(7), plan_of()
    rows = {(edge.machine, edge.source, edge.label) for machine in Machine for edge in edges(machine)}
    wanted = {row for row in rows if not isinstance(row[2], frozenset)}
    met: set[object] = set()
    kinds: set[type[Event]] = set()
    for _ in range(800):
        told = Telling()
        for step in (None, *(chance.randrange(plan.steps) for _ in range(250))):
            event = (
                candidates(told, ev.SessionMetaRecorded)[0] if step is None else event_of(told, plan, step)
            )
            if event is None:
                continue
            kinds.add(type(event))
            for machine in SEEN_BY[type(event)]:
                place = _instance(told.state, machine, event)
                if place is not None and type(event) in EVENT_TRIGGERED[machine][place[1]]:
                    met.add((machine, place[1], type(event)))
            told.take(event)
    assert set(KINDS) == kinds
    assert len(met & wanted) >= 0.9 * len(wanted)
