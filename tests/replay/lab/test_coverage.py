"""Coverage of the lifecycle tables: which edges logs took, and which a session with some parts can take."""

from __future__ import annotations

from itertools import pairwise

import attrs
import pytest

from turnfold.core import EVENT_TRIGGERED, Machine, NetworkPhase, SessionPhase, TurnPhase, edges
from turnfold.core.engine.fakes import CallTool
from turnfold.events import (
    EVENTS,
    NetworkDecisionMade,
    SandboxDenied,
    SessionMetaRecorded,
    SessionResumed,
    ShutdownBegan,
    TurnCompleted,
    TurnReserved,
    TurnStarted,
)
from turnfold.replay.explore import DelayBounded, explore
from turnfold.replay.lab import Coverage, Log, Move, Race, kept_logs, moves_of, moves_with
from turnfold.replay.races import RACES, steer_finish


def log_of(race: Race) -> Log:
    """The log of a race under its default schedule."""
    with kept_logs() as logs:
        explore(race, DelayBounded(0), budget=1, recheck=0, shrinks=1, nearest=0)
    return logs[0]


def test_the_edges_are_those_of_the_tables() -> None:
    """With all kinds of events: each row that changes the phase, with a joint behind it instead of what it passes."""
    expected = {
        (edge.machine, edge.source, edge.label, edge.target)
        for machine in Machine
        for edge in edges(machine)
        if edge.source is not edge.target
        and edge.source is not NetworkPhase.DECIDED
        and edge.target is not NetworkPhase.DECIDED
    }
    decided = {
        (Machine.NETWORK, NetworkPhase.ASKING, NetworkDecisionMade, rest)
        for rest in (
            NetworkPhase.ALLOWED_ONCE,
            NetworkPhase.DENIED_ONCE,
            NetworkPhase.SESSION_APPROVED,
            NetworkPhase.SESSION_DENIED,
        )
    }
    assert expected | decided == {attrs.astuple(move) for move in moves_with(EVENTS)}


def test_edges_that_nothing_leads_to_are_not_possible() -> None:
    """Without turns there is no end of one, in whatever order the kinds are given."""
    kinds = (TurnCompleted, ShutdownBegan, SessionMetaRecorded)
    assert [
        "session: new --SessionMetaRecorded--> idle",
        "session: idle --ShutdownBegan--> closing",
    ] == list(map(str, moves_with(kinds)))


def test_a_race_can_take_what_its_parts_write() -> None:
    """No hooks, no calls, no network: no edges of theirs. In no lab a sandbox denies, or a session resumes."""
    machines = {move.machine for move in moves_of(steer_finish)}
    assert {Machine.SESSION, Machine.TURN} == machines
    with_hooks = {move.machine for move in moves_of(RACES["interrupt-hook"])}
    assert {*machines, Machine.CALL, Machine.APPROVAL, Machine.HOOK_RUN} == with_hooks
    assert Machine.NETWORK in {move.machine for move in moves_of(RACES["network-abort"])}
    everywhere = {move.event for race in RACES.values() for move in moves_of(race)}
    assert set() == everywhere & {SandboxDenied, SessionResumed}
    calling = attrs.evolve(steer_finish, play={"go": [[CallTool("work")]]})
    assert Machine.CALL in {move.machine for move in moves_of(calling)}


def test_a_log_takes_the_edges_of_its_events() -> None:
    """Of the slot: one turn after the other, each reserved, started and completed; nothing was shut down or aborted."""
    log = log_of(steer_finish)
    coverage = Coverage(moves_of(steer_finish))
    first = coverage.take(log)
    session = [move for move in first if move.machine is Machine.SESSION]
    assert [
        Move(Machine.SESSION, SessionPhase.NEW, SessionMetaRecorded, SessionPhase.IDLE),
        Move(Machine.SESSION, SessionPhase.IDLE, TurnReserved, SessionPhase.RESERVED),
        Move(Machine.SESSION, SessionPhase.RESERVED, TurnStarted, SessionPhase.IN_TURN),
        Move(Machine.SESSION, SessionPhase.IN_TURN, TurnCompleted, SessionPhase.IDLE),
    ] == session[:4]
    assert Move(Machine.TURN, TurnPhase.RUNNING, TurnCompleted, TurnPhase.ENDED) in first
    assert set(first) == coverage.taken
    assert len(coverage.possible) == len(coverage.taken) + len(coverage.missed)


def test_a_log_that_cannot_differ_is_folded_once() -> None:
    """The same kinds about the same instances; another time of day makes no other log."""
    log = log_of(steer_finish)
    later = [attrs.evolve(envelope, at_us=0) for envelope in log]
    coverage = Coverage()
    assert coverage.take(log)
    assert () == coverage.take(later)
    assert 1 == coverage.logs
    assert () == coverage.take(log[:-1])
    assert 2 == coverage.logs


def test_a_log_counts_up_to_what_is_illegal() -> None:
    """What `reduce` refuses is no edge, and neither is what comes behind it."""
    log = log_of(steer_finish)
    at = next(number for number, envelope in enumerate(log) if isinstance(envelope.event, TurnStarted))
    last = log[at - 1]
    forged = [*log[:at], attrs.evolve(last, seq=last.seq + 1, event=log[0].event), *log[at:]]
    coverage = Coverage()
    coverage.take(forged)
    assert not any(move.event is TurnStarted for move in coverage.taken)


@pytest.mark.parametrize("name", RACES)
def test_what_races_take_is_held_to_be_possible(name: str) -> None:
    """No edge is taken that the parts of the race do not allow, in its default schedule."""
    race = RACES[name]
    coverage = Coverage(moves_of(race))
    coverage.take(log_of(race))
    assert [] == coverage.beyond


def test_each_edge_goes_on_from_one_before() -> None:
    """Of the machine that has one instance: the phases that a log goes through are a walk."""
    coverage = Coverage()
    walk = [move for move in coverage.take(log_of(steer_finish)) if move.machine is Machine.SESSION]
    assert all(one.target is other.source for one, other in pairwise(walk))
    assert all(move.event in EVENT_TRIGGERED[move.machine][move.source] for move in coverage.taken)
