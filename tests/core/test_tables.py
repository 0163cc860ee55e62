"""Audits of the lifecycle tables: what has to hold of them whatever they say."""

from __future__ import annotations

import itertools

import pytest

from tests.core.histories import make
from turnfold import events as ev
from turnfold.core import (
    BARRIERS,
    ENDS,
    EVENT_TRIGGERED,
    FACTS,
    FIRST,
    INVISIBLE,
    KEYS,
    PHASES,
    SEEN_BY,
    STATE_TRIGGERED,
    Fact,
    HookRunPhase,
    Machine,
    NetworkPhase,
    Phase,
    SessionPhase,
    TurnPhase,
    alphabet,
    bridge,
    edges,
    key_of,
    reachable,
    resting_places,
    settle,
)
from turnfold.events import EVENTS, Event

KEYED = [machine for machine in Machine if machine is not Machine.SESSION]
OPEN_PHASES = [
    (machine, phase)
    for machine in KEYED
    for phase in PHASES[machine]
    if phase not in ENDS and phase is not FIRST[machine]
]
ABORT = (ev.AbortBegan, ev.ScopesCancelled, ev.AbortUnwound, ev.AbortMarkerRecorded, ev.JournalFlushed)
TERMINALS = (ev.TurnCompleted, ev.TurnAborted, ev.TurnCleared)


@pytest.mark.parametrize("machine", Machine)
def test_every_phase_has_a_row(machine: Machine) -> None:
    """A phase without a row would be an error of the table that looks like an illegal event."""
    assert set(PHASES[machine]) == set(EVENT_TRIGGERED[machine])


@pytest.mark.parametrize("machine", Machine)
def test_every_phase_can_be_reached(machine: Machine) -> None:
    """A phase that nothing leads to is a row that nobody obeys."""
    assert set(PHASES[machine]) == reachable(machine)


@pytest.mark.parametrize("machine", Machine)
def test_moves_stay_within_their_machine(machine: Machine) -> None:
    """A row leads to a phase of the same machine, and never back to the phase of an unknown instance."""
    assert {edge.target for edge in edges(machine)} <= set(PHASES[machine])
    assert [] == [edge for edge in edges(machine) if edge.target is FIRST[machine] is not edge.source]


def test_every_event_type_is_seen_or_named_invisible() -> None:
    """A type that the tables forgot would be legal everywhere."""
    seen = {kind for machine in Machine for kind in alphabet(machine)}
    assert set(EVENTS) - INVISIBLE == seen
    assert set(EVENTS) == set(SEEN_BY)


@pytest.mark.parametrize("machine", KEYED)
def test_ended_instances_are_over(machine: Machine) -> None:
    """Nothing is legal for an instance at its end, and every open one can come to an end or rest for good."""
    ends = ENDS & set(PHASES[machine])
    assert ends
    for end in ends:
        assert {} == EVENT_TRIGGERED[machine][end]
    kept = {NetworkPhase.SESSION_APPROVED, NetworkPhase.SESSION_DENIED}
    for phase in set(PHASES[machine]) - ends - kept:
        assert reachable(machine, phase) & ends, phase


@pytest.mark.parametrize(("machine", "phase"), OPEN_PHASES)
def test_an_abort_leads_home_from_every_open_phase(machine: Machine, phase: Phase) -> None:
    """Whatever is open when a turn is aborted, there is a way to its end that the aborting turn allows."""
    match machine:
        case Machine.TURN if phase is TurnPhase.RESERVED:
            assert bridge(machine, phase, ev.TurnCleared, ()) == ()
        case Machine.TURN:
            assert bridge(machine, phase, ev.TurnAborted, ABORT) is not None
        case Machine.CALL | Machine.HOOK_RUN:
            closing = ev.ToolCallClosed if machine is Machine.CALL else ev.HookClosed
            assert EVENT_TRIGGERED[machine][phase][closing] in ENDS
            assert closing in EVENT_TRIGGERED[Machine.TURN][TurnPhase.CANCELLED]
        case Machine.APPROVAL:
            assert ev.ApprovalDropped in EVENT_TRIGGERED[machine][phase]
            assert ev.ApprovalDropped in EVENT_TRIGGERED[Machine.SESSION][SessionPhase.IDLE]
        case _:
            # A question about a host is no part of the turn; it bars nothing.
            assert all(machine not in barred for barred in BARRIERS.values())


@pytest.mark.parametrize("phase", SessionPhase)
def test_every_session_can_be_closed(phase: SessionPhase) -> None:
    """From wherever a session is, it can still be brought to its end."""
    assert SessionPhase.CLOSED in reachable(Machine.SESSION, phase)


@pytest.mark.covers("F7")
@pytest.mark.parametrize("terminal", TERMINALS)
def test_no_terminal_without_an_open_turn(terminal: type[Event]) -> None:
    """A terminal event is illegal for a turn that is not open, be it unknown or over."""
    assert terminal not in EVENT_TRIGGERED[Machine.TURN][TurnPhase.NONE]
    assert terminal not in EVENT_TRIGGERED[Machine.TURN][TurnPhase.ENDED]
    ways = {edge.source for edge in edges(Machine.TURN) if edge.label is terminal}
    assert {TurnPhase.ENDED} == {EVENT_TRIGGERED[Machine.TURN][phase][terminal] for phase in ways}


@pytest.mark.covers("F14")
def test_nothing_follows_the_shutdown() -> None:
    """After shutdown_completed only a resume is legal; a type seen by a turn alone finds no turn there."""
    assert {ev.SessionResumed} == set(EVENT_TRIGGERED[Machine.SESSION][SessionPhase.CLOSED])
    for kind in set(EVENTS) - INVISIBLE - alphabet(Machine.SESSION):
        keyed_only = Machine.TURN not in SEEN_BY[kind]
        assert not keyed_only, kind
        assert kind not in EVENT_TRIGGERED[Machine.TURN][TurnPhase.NONE], kind


def test_every_keyed_event_names_its_instance() -> None:
    """A machine that is followed by key sees only types that have the key; a turn may be the open one."""
    for machine in set(KEYED) - {Machine.TURN}:
        for kind in alphabet(machine):
            assert hasattr(make(kind), KEYS[machine]), (machine, kind)


def test_the_key_of_an_event() -> None:
    """The key is the attribute named in KEYS; the session has none, and other events name none."""
    call = make(ev.ToolCallOutput, call_id="c", turn_id="t")
    assert "c" == key_of(Machine.CALL, call)
    assert "t" == key_of(Machine.TURN, call)
    assert key_of(Machine.SESSION, call) is None
    assert key_of(Machine.HOOK_RUN, call) is None
    target = make(ev.NetworkAccessRequested, host="h", protocol="https", port=443)
    assert "https://h:443" == key_of(Machine.NETWORK, target)


@pytest.mark.parametrize("at", list(dict.fromkeys(joint.at for joint in STATE_TRIGGERED)))
def test_joints_neither_conflict_nor_leave_a_gap(at: Phase) -> None:
    """Where joints start, exactly one of them fits any facts that can hold together, and no row competes."""
    (machine,) = {joint.machine for joint in STATE_TRIGGERED if joint.at is at}
    assert {} == EVENT_TRIGGERED[machine][at]
    facts = [frozenset(some) for size in range(len(Fact) + 1) for some in itertools.combinations(Fact, size)]
    for held in facts:
        fitting = [joint for joint in STATE_TRIGGERED if joint.at is at and joint.holds == held]
        assert 1 == len(fitting), held


def test_facts_look_at_attributes_that_exist() -> None:
    """A fact that names a missing attribute would be an error in the middle of a fold."""
    for kind, named in FACTS.items():
        for name, values in named.values():
            assert hasattr(make(kind), name)
            assert values


@pytest.mark.parametrize(
    ("decision", "phase"),
    [
        ("allow_once", NetworkPhase.ALLOWED_ONCE),
        ("allow_session", NetworkPhase.SESSION_APPROVED),
        ("deny", NetworkPhase.DENIED_ONCE),
        ("deny_session", NetworkPhase.SESSION_DENIED),
        ("a word from the future", NetworkPhase.DENIED_ONCE),
    ],
)
def test_a_network_decision_settles(decision: str, phase: NetworkPhase) -> None:
    """What was decided says where the target comes to rest; an unknown decision denies once."""
    made = make(ev.NetworkDecisionMade, decision=decision)
    assert phase is settle(NetworkPhase.DECIDED, made)
    assert phase in resting_places(NetworkPhase.DECIDED)


def test_barriers_bar_machines_that_can_get_out_of_the_way() -> None:
    """A barrier names keyed machines only, and its event type is in some table."""
    for kind, machines in BARRIERS.items():
        assert SEEN_BY[kind]
        assert Machine.SESSION not in machines


def test_bridges_are_the_shortest_and_only_through_what_is_hidden() -> None:
    """What a replayer infers before an event: nothing, the phases of an abort, or there is no way."""
    running = TurnPhase.RUNNING
    assert bridge(Machine.TURN, running, ev.TurnCompleted, ABORT) == ()
    assert bridge(Machine.TURN, running, ev.TurnAborted, ABORT) == (
        ev.AbortBegan,
        ev.ScopesCancelled,
        ev.AbortUnwound,
    )
    assert bridge(Machine.TURN, TurnPhase.MARKED, ev.TurnAborted, ABORT) == (ev.JournalFlushed,)
    assert bridge(Machine.TURN, running, ev.TurnAborted, ()) is None
    assert bridge(Machine.TURN, running, ev.TurnReserved, (ev.TurnCompleted,)) == (ev.TurnCompleted,)
    assert bridge(Machine.HOOK_RUN, HookRunPhase.RUNNING, ev.HookStarted, (ev.HookClosed,)) == (
        ev.HookClosed,
    )
