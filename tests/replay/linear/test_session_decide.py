"""The model of a session accepts whatever `decide` tells its clients, and refuses what it would never tell them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.linear.deciding import Alter, decided
from tests.replay.linear.spoilers import SPOILERS
from turnfold.replay.linear import NotLinearizable, SessionModel, check_session, linearize

tapes = st.lists(st.integers(0, 999), min_size=30, max_size=100)
policies = st.sampled_from(("refuse", "queue"))

TAPES = 100
"""Random sequences within which a planted fault has to show."""


def name_of(alter: Alter) -> str:
    """The name of a spoiler."""
    return alter.__name__


@pytest.mark.covers("F1", "F8", "F9", "F10", "F11", "F14")
@given(tapes, policies, st.booleans())
def test_what_is_decided_one_by_one_is_accepted(tape: list[int], while_aborting: str, hooks: bool) -> None:
    """Clients that are answered at once are told what the specification says, in every state that a tape leads to."""
    calls = decided(tape, while_aborting=while_aborting, hooks=hooks, at_once=True)
    assert None is check_session(calls, while_aborting=while_aborting, aborts_itself=hooks)


@given(tapes, policies, st.booleans())
def test_what_is_decided_meanwhile_is_not_refused(tape: list[int], while_aborting: str, hooks: bool) -> None:
    """The same where commands wait in line, answers come late, and some clients go away before theirs.

    A history in which many of those asked for compactions may stay undecided; none is refused.
    """
    calls = decided(tape, while_aborting=while_aborting, hooks=hooks)
    model = SessionModel(calls, while_aborting=while_aborting, aborts_itself=hooks)
    verdict = linearize(calls, model, effort=10_000)
    assert not isinstance(verdict, NotLinearizable), str(verdict)


@pytest.mark.deep
def test_many_long_histories_are_accepted() -> None:
    """The same for some forty thousand calls, all of which are decided."""
    for seed in range(2_000):
        dice = random.Random(seed)
        tape = [dice.randrange(1000) for _ in range(dice.choice((20, 60, 100)))]
        policy, hooks, at_once = dice.choice(("refuse", "queue")), dice.random() < 0.3, dice.random() < 0.4
        calls = decided(tape, while_aborting=policy, hooks=hooks, at_once=at_once)
        story = check_session(calls, while_aborting=policy, aborts_itself=hooks)
        assert None is story, f"seed {seed}: {story}"


@pytest.mark.covers("F9", "F10")
@pytest.mark.parametrize("alter", SPOILERS, ids=name_of)
def test_a_planted_fault_is_found(alter: Alter) -> None:
    """Each answer that breaks the specification makes a random history fail, though what was decided is right."""
    dice = random.Random(1)
    for _ in range(TAPES):
        tape = [dice.randrange(1000) for _ in range(60)]
        if check_session(decided(tape, at_once=True, alter=alter)) is not None:
            return
    pytest.fail(f"{name_of(alter)} did not show in {TAPES} histories")
