"""The races of a session, under random schedules with a bound, and cancelled at every step of one schedule."""

from __future__ import annotations

import pytest

from turnfold.replay.explore import EveryCancellation, Pct, explore
from turnfold.replay.races import RACES

DEPTH = 3
"""Orderings that have to hold for a fault to show, of the faults that these tests look for."""

OUTCOMES_MIN = {
    "answer-abort": 3,
    "interrupt-finish": 3,
    "interrupt-next-turn": 4,
    "interrupt-replace": 4,
    "interrupt-shutdown": 3,
    "network-abort": 3,
    "queue-abort": 4,
    "steer-abort": 3,
    "steer-finish": 2,
    "submit-abort": 3,
    "submit-interrupt": 3,
}
"""Races that come out in so many ways at least: with fewer the schedules would not reach what they are for."""


@pytest.mark.covers("F1", "F2", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "F13", "F14", "F15")
@pytest.mark.covers("C3", "C6", "D3", "G1")
@pytest.mark.parametrize("name", RACES)
def test_no_random_schedule_of_a_race_fails(name: str) -> None:
    """Every client is answered as some order of their requests allows, and the rules find nothing in any log."""
    found = explore(RACES[name], Pct(DEPTH, seed=11), budget=15, recheck=15)
    assert found.failure is None, found.failure
    assert len(found.outcomes) >= OUTCOMES_MIN.get(name, 1)


@pytest.mark.covers("F7", "F14")
@pytest.mark.parametrize("name", RACES)
def test_no_random_schedule_fails_in_which_the_session_is_cancelled(name: str) -> None:
    """Whoever holds the session cancels it in the middle of the race: it ends in order, and its log is legal."""
    found = explore(RACES[name].cancelled_from_outside(), Pct(DEPTH, seed=12), budget=5, recheck=0)
    assert found.failure is None, found.failure


@pytest.mark.covers("F1", "F7")
@pytest.mark.parametrize("name", RACES)
def test_no_random_schedule_fails_in_which_clients_give_up(name: str) -> None:
    """The clients are cancelled while they wait: what was decided stays decided, and the session goes on."""
    found = explore(RACES[name].given_up_by_clients(), Pct(DEPTH, seed=13), budget=5, recheck=0)
    assert found.failure is None, found.failure


@pytest.mark.covers("F7", "F14")
@pytest.mark.parametrize("name", ["answer-abort", "interrupt-compact"])
def test_a_session_can_be_cancelled_after_each_step(name: str) -> None:
    """The scope around the session is cancelled after each step of the default schedule: it ends in order each time."""
    strategy = EveryCancellation(outermost=1)
    found = explore(RACES[name], strategy, budget=2000)
    assert found.failure is None, found.failure
    assert found.complete
    assert strategy.points + 1 == found.runs


def test_every_race_says_what_meets_what() -> None:
    """Names are unique, of lower case with hyphens, and each race has a sentence that ends with a full stop."""
    for name, race in RACES.items():
        assert name == race.name == name.lower()
        assert race.about.endswith(".")
