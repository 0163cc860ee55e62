"""What the plugin makes of a mark, and of a failure that does not come again."""

from __future__ import annotations

import re
from typing import Any

import pytest
import trio

from turnfold.replay.explore import Limits, RoundRobin, replay
from turnfold.tools import interleaving
from turnfold.tools.interleaving import Misuse, Stand, Wish, explored, label_of, wish_of


@pytest.mark.parametrize(
    ("nodeid", "label"),
    [
        ("tests/test_a.py::test_it", "tests/test_a.py::test_it"),
        ("test_a.py::TestIt::test_it[1.5-a b]", "test_a.py::TestIt::test_it[1-5-a-b]"),
        ("test_a.py::test_it[x::y~[z]\n]", "test_a.py::test_it[x--y--z--]"),
        ("odd~folder/test_a.py::test_it", "odd-folder/test_a.py::test_it"),
    ],
)
def test_a_label_can_stand_in_a_token(nodeid: str, label: str) -> None:
    """A node id keeps its form; what would end a token, or a task's name, becomes a dash."""
    assert label == label_of(nodeid)


def test_a_mark_without_arguments_is_the_usual_wish() -> None:
    """Two delays, a thousand schedules, and nothing that would explore the examples of Hypothesis."""
    wish = wish_of((), {})
    assert ("dfs, at most 2 delays", 1_000, False) == (
        next(wish.strategies()).name,
        wish.budget,
        wish.explores,
    )


def test_the_command_line_goes_before_the_mark() -> None:
    """Its budget and strategy; what the mark says of limits stays, and somebody who debugs has time."""
    wish = wish_of(("dfs:1",), {"budget": 5, "steps_max": 7}, strategy="round-robin", budget=9, patient=True)
    assert "round robin" == next(wish.strategies()).name
    assert 9 == wish.budget
    assert Limits(steps_max=7, stall_s=float("inf")) == wish.limits


def test_a_strategy_of_a_mark_is_not_used_up() -> None:
    """Each test that has the mark gets a strategy of its own."""
    given = RoundRobin()
    wish = wish_of((given,), {})
    made = next(wish.strategies())
    assert made is not given
    assert made.begin() is not None
    assert next(wish.strategies()).begin() is not None


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"steps_max": 0}, ": steps_max is a whole number, at least 1, not 0"),
        ({"patience": 0.5}, ": patience is a whole number, at least 1, not 0.5"),
        ({"stall_s": None}, ": stall_s is a positive number of seconds, not None"),
        ({"check": 5}, " needs a check to be a function of what the test returns, not 5"),
        ({"budget": 0}, " needs a budget of at least 1 schedule, not 0"),
        ({"budget": "9"}, " needs a budget of at least 1 schedule, not '9'"),
        ({"delays": "all"}, " needs 0 delays or more, not 'all'; all schedules are strategy='dfs:all'"),
        ({"strategy": 3}, " needs a strategy, its name, or what makes one, not 3"),
    ],
)
def test_what_makes_no_sense_is_refused(named: dict[str, Any], message: str) -> None:
    """The message names the argument and what it was."""
    with pytest.raises(Misuse, match=f"interleave{re.escape(message)}"):
        wish_of((), named)


async def fails() -> None:
    """Whatever the schedule."""
    await trio.lowlevel.checkpoint()
    raise ValueError("now and then")


async def passes() -> None:
    """Whatever the schedule."""


def test_a_failure_that_does_not_come_again_is_reported_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exception is that of the exploration, and the report says that there is more than the schedule to it."""

    def another(_scenario: object, token: str, **named: Any) -> object:
        return replay(passes, token, **named)

    monkeypatch.setattr(interleaving, "replay", another)
    told = explored(Stand(label="test_it", wish=Wish()), fails)
    assert isinstance(told.error, ValueError)
    assert "run once more it passed: the test depends on more than its schedule" in told.text
